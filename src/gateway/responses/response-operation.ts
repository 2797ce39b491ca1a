/** One request of the Responses API: passed to a provider that keeps responses, or asked with all that it builds on and kept here. */
import type { IncomingHttpHeaders } from 'node:http';
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import type { UpstreamConnections } from '../../clients/upstream-connections.service.js';
import type { AnswerContext, ParsedRequest } from '../../core/dialects/client-dialect.js';
import { ResponsesFormat } from '../../core/dialects/openai-responses/format.js';
import { openAiResponses } from '../../core/dialects/openai-responses/index.js';
import type { ResponseEnd } from '../../core/dialects/openai-responses/keeping.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ResponsesRequest } from '../../core/schema/openai/responses.js';
import type { Deployment } from '../../core/spec/index.js';
import { toStoredItems } from '../../objects/responses/input-items.js';
import type { MadeResponse, StoredResponsesService } from '../../objects/responses/stored-responses.service.js';
import { responses } from '../chat/dialogue-kinds.js';
import { openDialogue } from '../chat/dialogue-operation.js';
import type { OpenExchange, Operation, OutputSize, StartedCall } from '../operation.js';
import type { RequestSettings } from '../request-settings.js';
import type { AnswerInKeeping } from './answer-in-keeping.js';
import { GatewayKeptAnswer } from './gateway-kept-answer.js';
import { KeptCall } from './kept-call.js';
import { ProviderKeptAnswer } from './provider-kept-answer.js';
import { findMaker, keepsResponses, sameAccount } from './response-keepers.js';
import { ownInput, requestForKeeper, wholeRequest, type ResponseTurn } from './response-turn.js';
import type { ResponsesWriter } from './responses-writer.js';

/** Who asks, what the request builds on, and where its answer is kept and written. */
export interface ResponseContext {
  readonly headers: IncomingHttpHeaders;
  readonly ownerHash: string;
  readonly turn: ResponseTurn;
  readonly stored: StoredResponsesService;
  readonly writer: ResponsesWriter;
  readonly current: CurrentAnswer;
}

/** The answer that is being made: one for all attempts and fallbacks of a request. */
export interface CurrentAnswer {
  /** What writes it; of one attempt, or of all where they make one stream. */
  format: ResponsesFormat | undefined;
  /** Where the attempt that is running has its end. */
  hold: ((end: ResponseEnd) => void) | undefined;
}

/** A provider that keeps responses can do so only where it is asked for them. */
const withKeeper = { ...responses, staysNative: true };
/** What only a provider that keeps things can do. */
const membersForKeepers = ['background', 'conversation', 'prompt'];

export class ResponseOperation implements Operation {
  readonly callType = responses.callType;
  readonly settings: RequestSettings;
  readonly stream: boolean;
  readonly reservedMembers: readonly string[];
  readonly model: string;
  readonly output: OutputSize;
  readonly bodyBytes: number;
  readonly answerKind = responses.dialect.name;
  /** The request as it came. */
  private readonly asRead: Operation;

  constructor(
    private readonly parsed: ParsedRequest<ResponsesRequest>,
    private readonly context: ResponseContext,
  ) {
    this.asRead = openDialogue(withKeeper, parsed, context.headers);
    const { settings, stream, reservedMembers, model, output } = this.asRead;
    this.settings = settings;
    this.stream = stream;
    this.reservedMembers = reservedMembers;
    this.model = model;
    this.output = output;
    this.bodyBytes = parsed.bytes.length + (context.turn.conversation?.bytes ?? 0);
  }

  promptStart(): string | undefined {
    return this.asRead.promptStart?.();
  }

  /** @throws GatewayError `invalid_request` where the response to go on from lies in an account that none of them leads to */
  eligible(deployments: readonly Deployment[], catalog: CatalogSnapshot): readonly Deployment[] {
    const { previous } = this.context.turn;
    const keepers = deployments.filter(keepsResponses);
    if (previous?.keeper === 'provider') {
      const maker = findMaker(catalog, previous);
      const able = maker ? keepers.filter((deployment) => sameAccount(deployment, maker)) : [];
      if (able.length > 0) return able;
      const reason = `The response ${previous.id} is kept by the provider of the model ${previous.modelGroup}, where the model ${this.model} cannot go on from it. Ask that model, or send the conversation in \`input\`.`;
      throw new GatewayError('invalid_request', { param: 'previous_response_id', facts: { reason } });
    }
    return keepers.length > 0 && this.needsKeeper ? keepers : deployments;
  }

  start(
    exchange: OpenExchange,
    configured: Deployment,
    connections: UpstreamConnections,
  ): StartedCall | Promise<StartedCall> {
    // What one attempt has begun the next one ends in the same form.
    if (exchange.continuation === undefined) this.context.current.format = undefined;
    return keepsResponses(configured) && exchange.continuation === undefined
      ? this.startWithKeeper(exchange, configured, connections)
      : this.startKeptHere(exchange, configured, connections);
  }

  private get needsKeeper(): boolean {
    const { body } = this.parsed;
    return membersForKeepers.some((member) => Boolean(body[member]));
  }

  private startWithKeeper(
    exchange: OpenExchange,
    configured: Deployment,
    connections: UpstreamConnections,
  ): StartedCall | Promise<StartedCall> {
    const { turn, headers, stored } = this.context;
    const changed = requestForKeeper(this.parsed.body, turn);
    const parsed = changed && { ...this.parsed, body: changed, bytes: Buffer.from(JSON.stringify(changed)) };
    const operation = parsed ? openDialogue(withKeeper, parsed, headers) : this.asRead;
    // What a client makes in an account of its own is nobody else's business.
    if (this.reservedMembers.length > 0) return operation.start(exchange, configured, connections);
    const answer = new ProviderKeptAnswer(exchange, ({ id, ...word }) =>
      stored.keepOwner(this.made(id, configured), word),
    );
    return keeping(operation.start(answer, configured, connections), answer);
  }

  private startKeptHere(
    exchange: OpenExchange,
    configured: Deployment,
    connections: UpstreamConnections,
  ): StartedCall | Promise<StartedCall> {
    const { turn, headers, stored, writer, current } = this.context;
    const { body } = this.parsed;
    writer.endingOf = (error) => current.format?.fail(error);
    writer.isGuarded = exchange.isGuarded;
    const answer = new GatewayKeptAnswer(exchange, (response) => {
      const input = toStoredItems(ownInput(body.input, turn), response.id);
      return stored.keep(this.made(response.id, configured), { input, response, previous: turn.conversation });
    });
    current.hold = answer.hold;
    const keptFormat: typeof openAiResponses.format = (context) => (current.format ??= this.newFormat(context));
    const kind = { ...responses, dialect: { ...openAiResponses, format: keptFormat } };
    const parsed = { ...this.parsed, body: wholeRequest(body, turn) };
    return keeping(openDialogue(kind, parsed, headers).start(answer, configured, connections), answer);
  }

  private newFormat(context: AnswerContext<ResponsesRequest>): ResponsesFormat {
    const { stored, current } = this.context;
    const store = (context.body.store ?? true) && stored.keepsConversations;
    const previousResponseId = this.parsed.body.previous_response_id ?? null;
    const hold = (end: ResponseEnd): void => current.hold?.(end);
    return new ResponsesFormat({ ...context, keeping: { store, previousResponseId, hold } });
  }

  private made(id: string, { id: deploymentId }: Deployment): MadeResponse {
    return { id, ownerHash: this.context.ownerHash, modelGroup: this.model, deploymentId };
  }
}

function keeping(
  started: StartedCall | Promise<StartedCall>,
  answer: AnswerInKeeping,
): StartedCall | Promise<StartedCall> {
  const kept = (one: StartedCall): StartedCall => ({ ...one, call: new KeptCall(one.call, answer) });
  return started instanceof Promise ? started.then(kept) : kept(started);
}
