/** How a provider's long-lived credentials become the short-lived ones that its requests carry. */
import type { Credentials, Endpoint, InboundResponse, OutboundRequest } from './outbound.js';
import type { SecretSource } from './secret-source.js';

/**
 * What to send for a token. Whoever runs the exchange (`core/transport/credential-exchange.ts`) sends it over the same
 * transport as everything else, keeps the result until shortly before it expires, and lets concurrent requests share it.
 */
export interface CredentialRequest {
  /** Without credentials still to be added: whatever it needs is in it. */
  readonly request: OutboundRequest;
  /** What the operator should know where nothing answers there at all: a metadata server exists on its cloud only. */
  readonly unreachable?: string;
  /**
   * Reads the answer, whatever its status: the credentials, or what to send next where an exchange has several steps.
   * Throws `upstream_authentication` with the token service's own message where it refused.
   */
  read(response: InboundResponse, nowMs: number): ExchangedCredentials | CredentialRequest | Promise<CredentialRequest>;
}

export interface ExchangedCredentials {
  /** Stands in for the deployment's own in `authenticate`. */
  readonly credentials: Credentials;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** What an exchange may look at. */
export interface ExchangeContext {
  /** As configured, or found in the environment. */
  readonly credentials: Credentials;
  /** The deployment's settings (`ParameterPolicy.provider`): `aws_role_name`, `tenant_id`, ... */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the deployment's requests go. */
  readonly endpoint: Endpoint;
  /** Files and variables of the machine; answers nothing for deployments that somebody other than the operator wrote. */
  readonly secrets: SecretSource;
  readonly nowMs: number;
}

/** What an exchange begins with: a request, or the result where nothing need be asked. */
export type ExchangeStart = CredentialRequest | ExchangedCredentials;

/** Undefined where the credentials are used as they are. */
export type CredentialExchange = (
  context: ExchangeContext,
) => ExchangeStart | undefined | Promise<ExchangeStart | undefined>;
