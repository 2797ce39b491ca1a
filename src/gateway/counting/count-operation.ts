/** One request for a count of tokens: no row in the ledger, since nobody bills it. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { CountedDialect, CountedRequest, Deployment, TokenCountAdapter } from '../../core/spec/index.js';
import { estimateTokens } from '../../core/tokens/estimate-tokens.js';
import { EndpointTranslation } from '../../core/transport/endpoint-translation.js';
import { ProviderCall } from '../../core/transport/execute-call.js';
import { callOptions } from '../call-options.js';
import { withClientCredentials, withoutCredentials } from '../client-credentials.js';
import type { Connections, OpenExchange, Operation, StartedCall } from '../operation.js';
import {
  readRequestSettings,
  type MemberMeaning,
  type ModelRequest,
  type RequestSettings,
} from '../request-settings.js';
import { countHere, type CountedHere, type CountedPrompt } from './count-here.js';
import { CountingCall, type CountingWays, type NativeSink, type TokenCount } from './counting-call.js';

/** A provider that has not counted by then is not waited for: it is counted here. */
const longestWaitMs = 10_000;

/** What is to be counted, as the request's reader has checked it. */
export interface Countable {
  readonly body: ModelRequest;
  readonly bodyBytes: number;
  readonly reservedMembers: readonly string[];
  /** The dialect in which the provider may be asked; undefined where it is not to be. */
  readonly dialect: CountedDialect | undefined;
  /** @throws GatewayError `invalid_request` for what nobody but the dialect's own provider knows */
  prompt(body: ModelRequest): CountedPrompt;
}

/** A way in which clients ask for a count. */
export interface CountKind {
  readonly read: (bytes: Buffer) => Countable;
  readonly meaning?: MemberMeaning<ModelRequest>;
  readonly clientHeaders?: (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;
  readonly format: (count: TokenCount, asked: { readonly model: string; readonly deployment: Deployment }) => string;
}

/** @throws GatewayError for a body that is no request of the kind */
export function readCount(kind: CountKind): (bytes: Buffer, headers: IncomingHttpHeaders) => Operation {
  return (bytes, headers) => {
    const countable = kind.read(bytes);
    const settings = readRequestSettings(countable.body, headers, kind.meaning);
    return new CountOperation(kind, countable, settings, kind.clientHeaders?.(headers) ?? {});
  };
}

class CountOperation implements Operation {
  readonly callType = 'acount_tokens';
  readonly unbilled = true;
  readonly stream = false;
  readonly output = { none: true };
  /** A prompt that is too long for a model can be counted all the same: the router is not to judge its size. */
  readonly bodyBytes = 0;

  constructor(
    private readonly kind: CountKind,
    private readonly countable: Countable,
    readonly settings: RequestSettings,
    readonly clientHeaders: Readonly<Record<string, string>>,
  ) {}

  get model(): string {
    return this.countable.body.model;
  }

  get reservedMembers(): readonly string[] {
    return this.countable.reservedMembers;
  }

  start(exchange: OpenExchange, configured: Deployment, connections: Connections): StartedCall {
    const own = this.reservedMembers.length > 0;
    const deployment = own ? withClientCredentials(configured, this.countable.body) : configured;
    const body = own ? withoutCredentials(this.settings.body) : this.settings.body;
    const adapter = this.adapterFor(deployment);
    const ways: CountingWays = {
      there: adapter && {
        tokenizer: adapter.tokenizer,
        start: (sink) => this.ask(adapter, body, deployment, { exchange, connections, sink }),
      },
      here: (isOver, failure) => this.countHere(deployment, body, isOver, failure),
      format: (count) => this.kind.format(count, { model: this.model, deployment }),
    };
    // It succeeds without the provider too: a breaker must not take that for a recovery.
    return { deployment, call: new CountingCall(ways, exchange), unrepresentative: true };
  }

  private adapterFor(deployment: Deployment): TokenCountAdapter | undefined {
    const { dialect } = this.countable;
    if (dialect === undefined || deployment.mockResponse !== undefined) return undefined;
    const adapter = deployment.provider.tokenCounts?.[dialect];
    return adapter?.accepts(deployment) ? adapter : undefined;
  }

  private ask(
    adapter: TokenCountAdapter,
    body: CountedRequest,
    deployment: Deployment,
    { exchange, connections, sink }: { exchange: OpenExchange; connections: Connections; sink: NativeSink },
  ): ProviderCall<Parameters<NativeSink['whole']>[0]['answer'], never> {
    const { provider, model, endpoint, parameters } = deployment;
    const call = {
      body,
      model,
      endpoint,
      parameters,
      created: Math.floor(exchange.startedAtMs / 1_000),
      responseId: exchange.requestId,
      clientHeaders: this.clientHeaders,
    };
    const translation = new EndpointTranslation(provider.id, adapter, call, { whole: (answer) => ({ answer }) });
    const options = callOptions(exchange, this.settings, this, deployment, connections);
    const totalTimeoutMs = Math.min(options.totalTimeoutMs ?? longestWaitMs, longestWaitMs);
    return new ProviderCall(deployment, false, translation, sink, { ...options, totalTimeoutMs });
  }

  private async countHere(
    { baseModel, model }: Deployment,
    body: ModelRequest,
    isOver: () => boolean,
    failure: GatewayError | undefined,
  ): Promise<CountedHere> {
    let prompt: CountedPrompt;
    try {
      prompt = this.countable.prompt(body);
    } catch (error) {
      // The provider would have understood what nobody else does.
      if (!failure || !(error instanceof GatewayError)) throw error;
      return { tokens: estimateTokens(this.countable.bodyBytes), tokenizer: 'estimate' };
    }
    return countHere(baseModel ?? model, prompt, isOver);
  }
}
