/** One request to an endpoint that answers in one piece: embeddings, rerank, images, moderations, speech, transcription. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ParsedEndpointRequest } from '../../core/dialects/endpoint-requests.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Deployment, EndpointAdapter, ProviderDefinition, WholeAnswer } from '../../core/spec/index.js';
import { EndpointTranslation } from '../../core/transport/endpoint-translation.js';
import { ProviderCall } from '../../core/transport/execute-call.js';
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
  readonly output: (body: Body) => OutputSize;
  readonly parse: (bytes: Buffer, pathModel?: string) => ParsedEndpointRequest<Body>;
  readonly adapterOf: (provider: ProviderDefinition) => EndpointAdapter<Body, Answer> | undefined;
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

/** For a request that came as a form and has been read already. */
export function readParsedOperation<Body extends ModelRequest, Answer>(
  kind: Omit<EndpointKind<Body, Answer>, 'parse'>,
  parse: () => ParsedEndpointRequest<Body>,
  bodyBytes: number,
): ReadOperation {
  return (_bytes: Buffer, headers: IncomingHttpHeaders) => operationOf(kind, parse(), bodyBytes, headers);
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
  readonly stream = false;

  constructor(
    private readonly kind: Omit<EndpointKind<Body, Answer>, 'parse'>,
    readonly bodyBytes: number,
    readonly reservedMembers: readonly string[],
    readonly settings: RequestSettings<Body>,
  ) {}

  get callType(): string {
    return this.kind.callType;
  }

  get model(): string {
    return this.settings.body.model;
  }

  get output(): OutputSize {
    return this.kind.output(this.settings.body);
  }

  start(exchange: OpenExchange, configured: Deployment, connections: Connections): StartedCall {
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
    const body = own ? withoutCredentials(this.settings.body) : this.settings.body;
    const translation = new EndpointTranslation(
      deployment.provider.id,
      adapter,
      {
        body: { ...deployment.defaults, ...body },
        model: deployment.model,
        endpoint: deployment.endpoint,
        parameters: deployment.parameters,
        created: Math.floor(exchange.startedAtMs / 1000),
        responseId: exchange.requestId,
      },
      (answer) => this.kind.format(answer),
    );
    const options = callOptions(exchange, this.settings, this, deployment, connections);
    return { deployment, call: new ProviderCall(deployment, false, translation, exchange, options) };
  }
}
