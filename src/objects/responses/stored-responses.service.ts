/** Keeps responses for the turns that build on them, and finds them again for the key that made them. */
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ResponseObject } from '../../core/schema/openai/responses.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from '../../database/database-options.js';
import { responseOfItem } from './input-items.js';
import { StoredResponseRepository } from './stored-response.repository.js';
import type {
  Conversation,
  ResponseReader,
  StoredItem,
  StoredResponse,
  StoredResponseWithContent,
} from './stored-response.js';

/** What is known of a response once its answer has come. */
export interface MadeResponse {
  readonly id: string;
  readonly ownerHash: string;
  readonly modelGroup: string;
  readonly deploymentId: string;
}

/** What a provider says of a response that it keeps. */
export interface ProvidersWord {
  readonly status: string;
  /** It is being made in the background, and has not been paid for yet. */
  readonly unsettled: boolean;
}

/** What is kept of a response whose provider keeps nothing. */
export interface Turn {
  readonly input: readonly StoredItem[];
  readonly response: ResponseObject;
  /** What was said before. */
  readonly previous: Conversation | undefined;
}

const plausibleId = /^[\x21-\x7e]{1,256}$/;
/** The most that one conversation takes in the database. */
export const mostConversationBytes = 16 * 1024 * 1024;
/** An answer waits no longer for the database. */
const longestWriteMs = 2_000;
/** The turns of a conversation are kept together, and written again at most so often. */
const extensionStepMs = 86_400_000;
/** Only who owns it is known here: the provider deletes what it keeps when it sees fit, which takes no less than this. */
const leastOwnershipMs = 30 * 86_400_000;

@Injectable()
export class StoredResponsesService {
  private readonly logger = new Logger('StoredResponses');

  constructor(
    private readonly repository: StoredResponseRepository,
    private readonly settings: SettingsService,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {}

  /** False where the operator has no conversation kept. */
  get keepsConversations(): boolean {
    return this.settings.general.storedResponsesRetentionMs > 0;
  }

  get isReachable(): boolean {
    return this.repository.isReachable;
  }

  /** @throws GatewayError `response_not_found`, also for what another key has made; `database_unavailable` */
  async get(id: string, reader: ResponseReader): Promise<StoredResponseWithContent> {
    const found = await this.find(id, reader);
    if (found === null) throw new GatewayError('response_not_found', { facts: { id: printable(id) } });
    if (found.status === 'too_large')
      throw new GatewayError('object_not_found', { facts: { reason: notKept(found.id) } });
    return found;
  }

  /**
   * The response that a request builds on.
   *
   * @throws GatewayError `previous_response_not_found`, also for what another key has made; `database_unavailable`
   */
  async getPrevious(id: string, reader: ResponseReader): Promise<StoredResponseWithContent> {
    const found = await this.find(id, reader);
    if (found === null)
      throw new GatewayError('previous_response_not_found', {
        param: 'previous_response_id',
        facts: { id: printable(id) },
      });
    if (found.status === 'too_large') throw cannotContinue(`${notKept(found.id)} Send the conversation in \`input\`.`);
    return found;
  }

  /**
   * All that was said up to the response and its answer, without the instructions of any turn.
   *
   * @throws GatewayError `invalid_request` where a turn before it is gone; `database_unavailable`
   */
  async conversationUpTo(response: StoredResponseWithContent): Promise<Conversation> {
    const turns = [...(await this.turnsBefore(response)), response];
    return {
      turns: turns.map(({ id }) => id),
      items: turns.flatMap(({ content }) => itemsOf(content)),
      bytes: response.conversationBytes,
      expiresAt: new Date(Math.min(...turns.map(({ expiresAt }) => expiresAt.getTime()))),
    };
  }

  /** What a response was asked with, the oldest first: the turns before it and its own input. @throws as `conversationUpTo` */
  async inputOf(response: StoredResponseWithContent): Promise<readonly StoredItem[]> {
    const before = await this.turnsBefore(response);
    return [...before.flatMap(({ content }) => itemsOf(content)), ...(response.content?.input ?? [])];
  }

  /** The items of the given ids that the gateway keeps and the reader may see, by id. @throws GatewayError `database_unavailable` */
  async findItems(itemIds: readonly unknown[], reader: ResponseReader): Promise<ReadonlyMap<unknown, StoredItem>> {
    const responseIds = [...new Set(itemIds.map(responseOfItem).filter((id) => id !== undefined))];
    if (responseIds.length === 0) return new Map();
    const responses = await this.repository.findAll(responseIds, this.now(), reader);
    const named = new Set(itemIds);
    const items = responses.flatMap(({ content }) => itemsOf(content)).filter(({ id }) => named.has(id));
    return new Map(items.map((item) => [item.id, item]));
  }

  /** Keeps a whole turn. False where it could not be kept, or may not be; never rejects. */
  async keep(made: MadeResponse, { input, response, previous }: Turn): Promise<boolean> {
    if (!this.keepsConversations) return false;
    const content = JSON.stringify({ input, response });
    const conversationBytes = (previous?.bytes ?? 0) + Buffer.byteLength(content);
    const fits = conversationBytes <= mostConversationBytes;
    const stored = {
      ...made,
      ...this.life(this.settings.general.storedResponsesRetentionMs),
      keeper: 'gateway' as const,
      unsettled: false,
      status: fits ? response.status : 'too_large',
      chain: fits ? (previous?.turns ?? []) : [],
      conversationBytes: fits ? conversationBytes : 0,
    };
    const isWritten = await this.written(async () => {
      await this.repository.save(stored, fits ? content : null);
      const { expiresAt } = stored;
      if (previous && previous.expiresAt.getTime() < expiresAt.getTime() - extensionStepMs)
        await this.repository.extend(previous.turns, expiresAt);
    });
    return isWritten && fits;
  }

  /** Remembers whose a response is that its provider keeps. False where that failed; never rejects. */
  keepOwner(made: MadeResponse, { status, unsettled }: ProvidersWord): Promise<boolean> {
    const retentionMs = Math.max(this.settings.general.storedResponsesRetentionMs, leastOwnershipMs);
    const stored = { ...made, ...this.life(retentionMs), keeper: 'provider' as const, status, unsettled };
    return this.written(() => this.repository.save({ ...stored, chain: [], conversationBytes: 0 }, null));
  }

  /** True for one caller alone: that settles what the response has cost. @throws GatewayError `database_unavailable` */
  claimSettlement(response: StoredResponse): Promise<boolean> {
    return this.repository.mark(response, false);
  }

  /** After a claim that came to nothing. @throws GatewayError `database_unavailable` */
  async leaveUnsettled(response: StoredResponse): Promise<void> {
    await this.repository.mark(response, true);
  }

  /** @throws GatewayError `database_unavailable` */
  async delete({ id, ownerHash }: StoredResponse): Promise<void> {
    await this.repository.delete(id, ownerHash);
  }

  /** What cannot be an id is not looked up: PostgreSQL refuses some characters that clients may write. */
  private async find(id: string, reader: ResponseReader): Promise<StoredResponseWithContent | null> {
    return plausibleId.test(id) ? this.repository.find(id, reader, this.now()) : null;
  }

  private async turnsBefore({ chain }: StoredResponse): Promise<StoredResponseWithContent[]> {
    const found = new Map((await this.repository.findAll(chain, this.now())).map((turn) => [turn.id, turn]));
    return chain.map((id) => {
      const turn = found.get(id);
      if (turn) return turn;
      throw cannotContinue(
        `The response ${id}, an earlier turn of this conversation, was deleted or has expired. Send the conversation in \`input\`.`,
      );
    });
  }

  private life(retentionMs: number): { createdAt: Date; expiresAt: Date } {
    const now = this.runtime.clock.now();
    return { createdAt: new Date(now), expiresAt: new Date(now + retentionMs) };
  }

  private now(): Date {
    return new Date(this.runtime.clock.now());
  }

  /** A database that is away or slow must not keep the answer from its client. */
  private async written(write: () => Promise<void>): Promise<boolean> {
    let stopWaiting: (() => void) | undefined;
    const late = new Promise<boolean>((resolve) => {
      stopWaiting = this.runtime.timer.schedule(() => resolve(false), longestWriteMs);
    });
    try {
      return await Promise.race([write().then(() => true), late]);
    } catch (error) {
      this.report(error);
      return false;
    } finally {
      stopWaiting?.();
    }
  }

  /** That the database is away is told by whoever looks after it. */
  private report(error: unknown): void {
    if (error instanceof GatewayError && error.code === 'database_unavailable') return;
    this.logger.error({ message: 'A response could not be kept.', cause: error });
  }
}

function itemsOf(content: StoredResponseWithContent['content']): StoredItem[] {
  if (content === null) return [];
  return [...content.input, ...content.response.output.map((item) => ({ ...item }))];
}

function notKept(id: string): string {
  return `The response ${id} was not kept: its conversation is larger than ${mostConversationBytes / 1_048_576} MiB.`;
}

function cannotContinue(reason: string): GatewayError {
  return new GatewayError('invalid_request', { param: 'previous_response_id', facts: { reason } });
}

/** An id is whatever a client wrote. */
function printable(id: string): string {
  return id.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
