/** Keeps what was asked and answered, where the operator wants it: off the request's path, bounded, and never at the ledger's cost. */
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown } from '@nestjs/common';
import { SettingsService } from '../config/settings.service.js';
import type { SpendPayload } from '../database/database-client.js';
import { classifyFailure } from '../database/database-errors.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from '../database/database-options.js';
import { DatabaseService } from '../database/database.service.js';
import { withoutSecrets } from '../observability/without-secrets.js';
import { storableText } from './stored-text.js';

export interface KeptPayload {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  readonly apiKeyHash: string;
  readonly teamId: string | undefined;
  /** JSON as the client sent it. */
  readonly request: string | undefined;
  /** JSON as the client got it, or made of a stream's text. */
  readonly response: string | undefined;
}

/** Of a request and of an answer, each. */
const MAX_CHARS = 256 * 1024;
/** Waiting for the database; beyond it payloads are dropped, rows never. */
const MAX_WAITING_CHARS = 32 * 1024 * 1024;
const BATCH = 50;
const WRITE_DELAY_MS = 500;
const RETRY_DELAY_MS = 2_000;

@Injectable()
export class PayloadStore implements OnApplicationShutdown {
  private readonly logger = new Logger('SpendPayloads');
  private waiting: KeptPayload[] = [];
  private waitingChars = 0;
  private dropped = 0;
  private cancel: (() => void) | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly settings: SettingsService,
    private readonly database: DatabaseService,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {}

  /** Asked before anything is prepared for `keep`. */
  get isOn(): boolean {
    const { general, requests } = this.settings.current();
    return general.storesPrompts && !requests.turnsOffMessageLogging;
  }

  /** Takes note and returns at once; never throws. */
  keep(payload: KeptPayload): void {
    const bounded = { ...payload, request: cutOff(payload.request), response: cutOff(payload.response) };
    const chars = charsOf(bounded);
    if (this.waitingChars + chars > MAX_WAITING_CHARS) {
      this.drop(1);
      return;
    }
    this.waiting.push(bounded);
    this.waitingChars += chars;
    this.schedule(WRITE_DELAY_MS);
  }

  /** Writes what waits; what cannot be written now is tried again later. */
  async flush(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    await this.writing;
  }

  async onApplicationShutdown(): Promise<void> {
    this.cancel?.();
    await this.flush();
    this.cancel?.();
  }

  private schedule(delayMs: number): void {
    if (this.cancel) return;
    this.cancel = this.runtime.timer.schedule(() => {
      this.cancel = undefined;
      void this.flush();
    }, delayMs);
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH);
      try {
        await this.write(await this.wanted(batch));
      } catch (error) {
        if (isPassing(error)) {
          this.schedule(RETRY_DELAY_MS);
          return;
        }
        this.logger.error({ message: 'Payloads could not be kept.', cause: error });
        this.drop(batch.length);
      }
      this.waiting.splice(0, batch.length);
      this.waitingChars -= batch.reduce((sum, payload) => sum + charsOf(payload), 0);
    }
  }

  /** Upserts: an answer that was lost makes the same batch come again. */
  private async write(payloads: readonly KeptPayload[]): Promise<void> {
    if (payloads.length === 0) return;
    await this.database.transaction(async ({ spendPayload }) => {
      for (const payload of payloads) {
        const row = rowOf(payload);
        await spendPayload.upsert({
          where: { requestId: row.requestId },
          create: row,
          update: row,
          select: { requestId: true },
        });
      }
    });
  }

  /** Without those that the request itself, its key or its team wants kept nowhere. */
  private async wanted(batch: readonly KeptPayload[]): Promise<KeptPayload[]> {
    const hashes = [...new Set(batch.map(({ apiKeyHash }) => apiKeyHash))];
    const teamIds = [...new Set(batch.flatMap(({ teamId }) => teamId ?? []))];
    const select = { metadata: true } as const;
    const { keys, teams } = await this.database.run(async ({ virtualKey, team }) => ({
      keys: await virtualKey.findMany({ where: { token: { in: hashes } }, select: { token: true, ...select } }),
      teams: await team.findMany({ where: { id: { in: teamIds } }, select: { id: true, ...select } }),
    }));
    const silent = new Set([
      ...keys.filter(({ metadata }) => turnsOff(metadata)).map(({ token }) => token),
      ...teams.filter(({ metadata }) => turnsOff(metadata)).map(({ id }) => id),
    ]);
    return batch.filter(
      ({ apiKeyHash, teamId, request }) =>
        !silent.has(apiKeyHash) && !silent.has(teamId ?? '') && !turnsOffItself(request),
    );
  }

  private drop(count: number): void {
    if (this.dropped === 0) {
      this.logger.warn(
        'Payloads are dropped: they come faster than the database takes them. The spend log is complete.',
      );
    }
    this.dropped += count;
  }
}

/** LiteLLM's name in the metadata of keys and teams, and in bodies. */
function turnsOff(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null) return false;
  return /^true$/i.test(String((metadata as Readonly<Record<string, unknown>>)['turn_off_message_logging']));
}

function turnsOffItself(request: string | undefined): boolean {
  return request !== undefined && /"turn_off_message_logging"\s*:\s*"?true/i.test(request);
}

function rowOf({ requestId, startedAtMs, request, response }: KeptPayload): SpendPayload {
  return { requestId, startedAt: new Date(startedAtMs), request: clean(request), response: clean(response) };
}

function clean(text: string | undefined): string | null {
  return text === undefined ? null : storableText(withoutSecrets(text));
}

function cutOff(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MAX_CHARS) return text;
  return `${text.slice(0, MAX_CHARS)}... [cut off: ${MAX_CHARS} of ${text.length} characters]`;
}

function charsOf({ request = '', response = '' }: KeptPayload): number {
  return request.length + response.length;
}

/** The database is away or busy: later it takes them. */
function isPassing(error: unknown): boolean {
  return (error instanceof GatewayError && error.code === 'database_unavailable') || classifyFailure(error) !== 'other';
}
