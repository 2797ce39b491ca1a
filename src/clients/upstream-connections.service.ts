/** Gives each deployment its connections and its current credentials, both behind the egress policy that its origin calls for. */
import { Inject, Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { CLOCK } from '../config/ports.js';
import { systemSecrets } from '../core/secrets/system-secrets.js';
import type { Clock } from '../core/spec/clock.js';
import type { Deployment, EgressProfile } from '../core/spec/deployment.js';
import { CredentialStore } from '../core/transport/credential-store.js';
import { isMetadataOrigin } from '../core/transport/metadata-addresses.js';
import { dispatcherFor } from '../core/transport/upstream-pools.js';
import { ClientCacheService } from './client-cache.service.js';
import { EgressProfiles } from './egress-profiles.service.js';

@Injectable()
export class UpstreamConnections {
  /** What deployments are signed with whose credentials are exchanged for a token. */
  readonly credentials: CredentialStore;

  constructor(
    private readonly clients: ClientCacheService,
    private readonly profiles: EgressProfiles,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.credentials = new CredentialStore({
      clients,
      clock,
      secrets: systemSecrets,
      dispatcherFor: (origin, { egress }) => {
        const profile = egress === 'operator' && isMetadataOrigin(origin) ? 'metadata' : egress;
        return dispatcherFor(clients, origin, profiles.current(profile));
      },
    });
  }

  /** @throws GatewayError `upstream_address_refused` */
  dispatcherFor(deployment: Deployment): Dispatcher {
    return dispatcherFor(this.clients, deployment.endpoint.origin, this.profiles.current(deployment.egress));
  }

  /**
   * Connections to an address that is not the deployment's: `restricted` for what a client or an answer names.
   *
   * @throws GatewayError `upstream_address_refused`
   */
  readonly dispatcherTo = (origin: string, egress: EgressProfile): Dispatcher =>
    dispatcherFor(this.clients, origin, this.profiles.current(egress));
}
