/** Runs credential exchanges: one at a time for an identity, its token kept until shortly before it expires. */
import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { GatewayError } from '../errors/gateway-error.js';
import type { ClientCache } from '../spec/client-cache.js';
import type { Clock } from '../spec/clock.js';
import type { CredentialRequest, ExchangedCredentials } from '../spec/credential-exchange.js';
import type { Deployment } from '../spec/deployment.js';
import type { Credentials } from '../spec/outbound.js';
import { noSecrets, type SecretSource } from '../spec/secret-source.js';
import { networkFailure } from './network-failure.js';
import { sendWhole } from './whole-request.js';

export interface CredentialStoreOptions {
  readonly clients: ClientCache;
  readonly clock: Pick<Clock, 'now'>;
  readonly secrets: SecretSource;
  /** The connections to a token service, behind the deployment's own egress policy. */
  dispatcherFor(origin: string, deployment: Deployment): Dispatcher;
}

/** More steps than this are a loop. */
const mostSteps = 6;
const stepOptions = { timeoutMs: 10_000, maxBytes: 256 * 1024 };
/** A token is renewed once less than this, or a fifth of its life, is left; requests use the old one meanwhile. */
const renewBeforeMs = 5 * 60_000;
/** No request begins with a token that has less left. */
const leastLeftMs = 10_000;

/** What is known of one identity; lives in the client cache. */
interface Identity {
  token: ExchangedCredentials | undefined;
  renewAtMs: number;
  pending: Promise<Credentials> | undefined;
}

export class CredentialStore {
  private readonly keys = new WeakMap<Credentials, string>();

  constructor(private readonly options: CredentialStoreOptions) {}

  /**
   * What the deployment's requests are signed with: a promise only where an exchange must end first. It rejects with what
   * the exchange throws, or with a `GatewayError` for a token service that cannot be reached.
   */
  current(deployment: Deployment): Credentials | Promise<Credentials> {
    const identity = this.identityOf(deployment);
    const now = this.options.clock.now();
    const { token } = identity;
    if (token !== undefined && token.expiresAtMs - now > leastLeftMs) {
      // A renewal that fails is tried again with a later request, as long as the old token serves.
      if (now >= identity.renewAtMs) this.renew(identity, deployment).catch(() => undefined);
      return token.credentials;
    }
    return this.renew(identity, deployment);
  }

  /** The provider refused the token: the next request exchanges again. */
  forget(deployment: Deployment): void {
    if (deployment.provider.credentialExchange) this.identityOf(deployment).token = undefined;
  }

  private identityOf(deployment: Deployment): Identity {
    const { credentials, provider, parameters } = deployment;
    let key = this.keys.get(credentials);
    if (key === undefined) {
      const parts = JSON.stringify([provider.id, deployment.egress, credentials, parameters.provider]);
      key = `token ${provider.id} ${createHash('sha256').update(parts).digest('base64url')}`;
      this.keys.set(credentials, key);
    }
    // The create is synchronous, hence so is the answer.
    return this.options.clients.getOrCreate<Identity>(key, () => ({
      token: undefined,
      renewAtMs: 0,
      pending: undefined,
    })) as Identity;
  }

  private renew(identity: Identity, deployment: Deployment): Promise<Credentials> {
    identity.pending ??= this.exchange(identity, deployment).finally(() => (identity.pending = undefined));
    return identity.pending;
  }

  private async exchange(identity: Identity, deployment: Deployment): Promise<Credentials> {
    const { clock, secrets } = this.options;
    const begunAt = clock.now();
    const first = await deployment.provider.credentialExchange?.({
      credentials: deployment.credentials,
      settings: deployment.parameters.provider,
      endpoint: deployment.endpoint,
      // What belongs to the operator must not serve a deployment that somebody else wrote.
      secrets: deployment.egress === 'operator' ? secrets : noSecrets,
      nowMs: begunAt,
    });
    if (first === undefined) return deployment.credentials;
    let step: CredentialRequest | ExchangedCredentials = first;
    for (let count = 0; 'request' in step; count += 1) {
      if (count === mostSteps)
        throw new GatewayError('internal', { provider: deployment.provider.id, detail: 'The exchange does not end.' });
      step = await this.send(step, deployment);
    }
    identity.token = step;
    const lifeMs = step.expiresAtMs - begunAt;
    identity.renewAtMs = step.expiresAtMs - Math.min(renewBeforeMs, lifeMs / 5);
    return step.credentials;
  }

  private async send(
    step: CredentialRequest,
    deployment: Deployment,
  ): Promise<ExchangedCredentials | CredentialRequest> {
    const dispatcher = this.options.dispatcherFor(step.request.origin, deployment);
    let response;
    try {
      response = await sendWhole(dispatcher, step.request, stepOptions);
    } catch (error) {
      if (step.unreachable === undefined) throw networkFailure(error, deployment.provider.id, false);
      throw new GatewayError('upstream_authentication', {
        message: step.unreachable,
        provider: deployment.provider.id,
        cause: error,
      });
    }
    return step.read(response, this.options.clock.now());
  }
}
