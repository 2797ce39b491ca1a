/** The connections and tokens of the library's calls: those of the caller's own cache, or of one that all calls share. */
import type { Dispatcher } from 'undici';
import type { CallOptions } from './call-options.js';
import { InMemoryClientCache } from './client-cache/in-memory-client-cache.js';
import { systemSecrets } from './secrets/system-secrets.js';
import { systemClock, type ClientCache, type Deployment, type EgressProfile } from './spec/index.js';
import { CredentialStore } from './transport/credential-store.js';
import { Egress } from './transport/egress.js';
import { isMetadataOrigin, metadataAddresses } from './transport/metadata-addresses.js';
import { dispatcherFor, upstreamProfile, type UpstreamProfile } from './transport/upstream-pools.js';

export interface CallConnections {
  readonly credentials: CredentialStore;
  dispatcherFor(deployment: Deployment): Dispatcher;
  /** To an address that is not the deployment's: `restricted`, public ones only, for what a request's body or an answer names. */
  dispatcherTo(origin: string, egress: EgressProfile): Dispatcher;
}

let sharedClients: InMemoryClientCache | undefined;
const known = new WeakMap<ClientCache, CallConnections>();

export function connectionsFor({ clientCache }: Pick<CallOptions, 'clientCache'>): CallConnections {
  const clients = clientCache ?? (sharedClients ??= new InMemoryClientCache());
  let connections = known.get(clients);
  if (connections === undefined) {
    connections = makeConnections(clients);
    known.set(clients, connections);
  }
  return connections;
}

/**
 * Closes the connections that calls without an own `clientCache` have opened; running requests may end first, for at most
 * five seconds. Later calls open new ones.
 */
export async function closeAll(): Promise<void> {
  const closing = sharedClients;
  sharedClients = undefined;
  await closing?.close();
}

function makeConnections(clients: ClientCache): CallConnections {
  const { operator, restricted, metadata } = (profiles ??= makeProfiles());
  return {
    credentials: new CredentialStore({
      clients,
      clock: systemClock,
      secrets: systemSecrets,
      dispatcherFor: (origin) => dispatcherFor(clients, origin, isMetadataOrigin(origin) ? metadata : operator),
    }),
    dispatcherFor: (deployment) => dispatcherFor(clients, deployment.endpoint.origin, operator),
    dispatcherTo: (origin, egress) => dispatcherFor(clients, origin, egress === 'operator' ? operator : restricted),
  };
}

let profiles: Record<'operator' | 'restricted' | 'metadata', UpstreamProfile> | undefined;

function makeProfiles(): NonNullable<typeof profiles> {
  const egress = new Egress();
  const withMetadata = new Egress({ allowedHosts: [], allowedCidrs: metadataAddresses });
  return {
    operator: upstreamProfile({ egress, egressProfile: 'operator' }),
    restricted: upstreamProfile({ egress, egressProfile: 'restricted' }),
    metadata: upstreamProfile({ egress: withMetadata, egressProfile: 'operator' }),
  };
}
