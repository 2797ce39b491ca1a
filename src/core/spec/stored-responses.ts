/** The contract of a provider that keeps responses: reading, listing, deleting and cancelling what it has kept. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { NativeStreamTap } from './chat-adapter.js';
import type { Endpoint, InboundResponse, OutboundRequest } from './outbound.js';
import type { ParameterPolicy } from './parameters.js';

export interface StoredResponseRequest {
  /** The provider's id. */
  readonly id: string;
  readonly action: 'read' | 'delete' | 'list_input_items' | 'cancel';
  /** As the client gave them: `include[]`, `after`, `limit`, ... */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The response is read as the events that it was made by. */
  readonly stream: boolean;
}

/** Such a request on its way to the deployment whose account has the response. */
export interface StoredResponseCall extends StoredResponseRequest {
  readonly model: string;
  readonly endpoint: Endpoint;
  readonly parameters: ParameterPolicy;
}

export interface StoredResponsesAdapter {
  /** Sets no credentials. */
  buildRequest(call: StoredResponseCall): OutboundRequest;
  /** Checks a 2xx answer, which the client gets as it is. Throws `upstream_invalid_response` for one that is none. */
  checkAnswer(response: InboundResponse): void;
  createStreamTap(): NativeStreamTap;
  /** Reads any other answer, and never throws. */
  parseError(response: InboundResponse): GatewayError;
}
