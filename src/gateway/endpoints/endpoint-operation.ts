/** One request to an endpoint besides chat: embeddings, rerank, images, moderations, speech, transcription. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ParsedEndpointRequest } from '../../core/dialects/endpoint-requests.js';
import { readJsonBody } from '../../core/dialects/json-body.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type {
  AnswerKind,
  Deployment,
  EndpointAdapter,
  ProviderDefinition,
  WholeAnswer,
} from '../../core/spec/index.js';
import { EndpointTranslation } from '../../core/transport/endpoint-translation.js';
import { ProviderCall } from '../../core/transport/execute-call.js';
import { withLoadedFiles } from '../../core/transport/load-files.js';
import { callOptions } from '../call-options.js';
import { withClientCredentials, withoutCredentials } from '../client-credentials.js';
import type {
  Bytes,
  Connections,
  OpenExchange,
  Operation,
  OutputSize,
  ReadOperation,
  StartedCall,
} from '../operation.js';
import { readRequestSettings, type ModelRequest, type RequestSettings } from '../request-settings.js';

/** One endpoint, in terms of the contract that providers implement. */
export interface EndpointKind<Body extends ModelRequest, Answer> {
  /** LiteLLM's name of the operation in the ledger. */
  readonly callType: string;
  /** For errors: `embeddings`. */
  readonly name: string;
  /** What its answers are kept as; where this is absent, they are not. */
  readonly keptAs?: AnswerKind;
  readonly output: (body: Body) => OutputSize;
  readonly parse: (bytes: Buffer, pathModel?: string) => ParsedEndpointRequest<Body>;
  readonly adapterOf: (provider: ProviderDefinition) => EndpointAdapter<Body, Answer> | undefined;
  /** True where the client takes the answer as it comes; where this is absent, it takes all of it at once. */
  readonly streams?: (body: Body) => boolean;
  /** The bytes for the client. */
  readonly format: (answer: Answer) => Omit<WholeAnswer<Bytes>, 'usage'>;
}

export function readEndpointOperation<Body extends ModelRequest, Answer>(
  kind: EndpointKind<Body, Answer>,
  pathModel?: string,
): ReadOperation {
  return (bytes: Buffer, headers: IncomingHttpHeaders) =>
    operationOf(kind, kind.parse(bytes, pathModel), bytes.length, headers);
}

/** For a request that came as a form and has been read already: the bytes hold only what a fallback adds to it. */
export function readParsedOperation<Body extends ModelRequest, Answer>(
  kind: Omit<EndpointKind<Body, Answer>, 'parse'>,
  parse: () => ParsedEndpointRequest<Body>,
  bodyBytes: number,
): ReadOperation {
  return (bytes: Buffer, headers: IncomingHttpHeaders) => {
    const parsed = parse();
    const added = readJsonBody(bytes);
    const body = { ...parsed.body, ...added.value };
    const reservedMembers = [...parsed.reservedMembers, ...added.reservedMembers];
    return operationOf(kind, { body, reservedMembers }, bodyBytes, headers);
  };
}

function operationOf<Body extends ModelRequest, Answer>(
  kind: Omit<EndpointKind<Body, Answer>, 'parse'>,
  { body, reservedMembers }: ParsedEndpointRequest<Body>,
  bodyBytes: number,
  headers: IncomingHttpHeaders,
): EndpointOperation<Body, Answer> {
  return new EndpointOperation(kind, bodyBytes, reservedMembers, readRequestSettings<Body>(body, headers));
}

class EndpointOperation<Body extends ModelRequest, Answer> implements Operation {
  constructor(
    private readonly kind: Omit<EndpointKind<Body, Answer>, 'parse'>,
    readonly bodyBytes: number,
    readonly reservedMembers: readonly string[],
    readonly settings: RequestSettings<Body>,
  ) {}

  get callType(): string {
    return this.kind.callType;
  }

  get answerKind(): AnswerKind | undefined {
    return this.kind.keptAs;
  }

  get model(): string {
    return this.settings.body.model;
  }

  get stream(): boolean {
    return this.kind.streams?.(this.settings.body) ?? false;
  }

  get output(): OutputSize {
    return this.kind.output(this.settings.body);
  }

  start(exchange: OpenExchange, configured: Deployment, connections: Connections): StartedCall | Promise<StartedCall> {
    const own = this.reservedMembers.length > 0;
    const deployment = own ? withClientCredentials(configured, this.settings.body) : configured;
    const adapter = this.kind.adapterOf(deployment.provider);
    if (!adapter) {
      const reason = `The provider ${deployment.provider.id} of this model does not serve ${this.kind.name}.`;
      throw new GatewayError('invalid_request', { param: 'model', facts: { reason } });
    }
    if (deployment.mockResponse !== undefined) {
      const reason = '`mock_response` stands for the answers of chat models only. Remove it.';
      throw new GatewayError('invalid_request', { param: 'mock_response', facts: { reason } });
    }
    const given = own ? withoutCredentials(this.settings.body) : this.settings.body;
    const loaded = withLoadedFiles(adapter, { ...deployment.defaults, ...given });
    const send = (body: Body): StartedCall => this.send(exchange, deployment, adapter, body, connections);
    return loaded instanceof Promise ? loaded.then(send) : send(loaded);
  }

  private send(
    exchange: OpenExchange,
    deployment: Deployment,
    adapter: EndpointAdapter<Body, Answer>,
    body: Body,
    connections: Connections,
  ): StartedCall {
    const streaming = this.stream && adapter.openStream !== undefined;
    const translation = new EndpointTranslation<Body, Answer, Bytes, Bytes>(
      deployment.provider.id,
      adapter,
      {
        body,
        model: deployment.model,
        endpoint: deployment.endpoint,
        parameters: deployment.parameters,
        created: Math.floor(exchange.startedAtMs / 1000),
        responseId: exchange.requestId,
      },
      { whole: this.kind.format, part: (bytes) => bytes },
    );
    const options = callOptions(
      exchange,
      this.settings,
      { stream: streaming, bodyBytes: this.bodyBytes },
      deployment,
      connections,
    );
    return { deployment, call: new ProviderCall(deployment, streaming, translation, exchange, options) };
  }
}
