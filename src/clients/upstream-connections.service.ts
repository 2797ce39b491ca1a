/** Gives each deployment its connections: pools from the client cache, behind the egress policy that the deployment's origin calls for. */
import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import type { Deployment } from '../core/spec/deployment.js';
import { dispatcherFor } from '../core/transport/upstream-pools.js';
import { ClientCacheService } from './client-cache.service.js';
import { EgressProfiles } from './egress-profiles.service.js';

@Injectable()
export class UpstreamConnections {
  constructor(
    private readonly clients: ClientCacheService,
    private readonly profiles: EgressProfiles,
  ) {}

  /** @throws GatewayError `upstream_address_refused` */
  dispatcherFor(deployment: Deployment): Dispatcher {
    return dispatcherFor(this.clients, deployment.endpoint.origin, this.profiles.current(deployment.egress));
  }
}
