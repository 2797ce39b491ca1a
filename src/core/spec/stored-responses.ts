/** The contract of a provider that keeps responses: reading, listing, deleting and cancelling what it has kept. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { NativeStreamTap } from './chat-adapter.js';
import type { Endpoint, InboundResponse, OutboundRequest } from './outbound.js';
import type { ParameterPolicy } from './parameters.js';
import type { Usage } from './usage.js';

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
  /**
   * Checks a 2xx answer, which the client gets as it is, and reads what the response in it has cost: undefined for a list,
   * and while the response is still being made. Throws `upstream_invalid_response` for what is no answer.
   */
  readUsage(response: InboundResponse): Usage | undefined;
  createStreamTap(): NativeStreamTap;
  /** Reads any other answer, and never throws. */
  parseError(response: InboundResponse): GatewayError;
}
