/** Hands out the connections to upstreams: one pool per origin and profile, kept in the client cache, behind the egress. */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { Agent, Pool, ProxyAgent, type buildConnector, type Dispatcher } from 'undici';
import type { ClientCache } from '../spec/client-cache.js';
import type { EgressProfile } from '../spec/deployment.js';
import type { Egress } from './egress.js';

export interface UpstreamTls {
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | readonly string[];
  /** Client certificate and key (PEM). */
  readonly cert?: string;
  readonly key?: string;
  /** False accepts any certificate. */
  readonly rejectUnauthorized?: boolean;
}

export interface UpstreamProxy {
  /** `http://user:password@proxy.example:3128`; the address is the operator's own. */
  readonly uri: string;
  readonly tls?: UpstreamTls;
}

/** Times are in milliseconds. Those of a request are defaults: each request may bring its own. */
export interface PoolSettings {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** How long an idle connection stays open where the upstream does not say. */
  readonly keepAliveTimeoutMs: number;
  /** How long at most, whatever the upstream says. It bounds the life of an evicted pool's idle sockets. */
  readonly keepAliveMaxTimeoutMs: number;
  /** Open connections per pool; null for as many as there are requests at once. */
  readonly connections: number | null;
  readonly maxHeaderBytes: number;
}

export const poolDefaults: PoolSettings = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 300_000,
  bodyTimeoutMs: 300_000,
  // Below the 5 s of Node's and uvicorn's servers, so that no request meets a connection that is just being closed.
  keepAliveTimeoutMs: 4_000,
  keepAliveMaxTimeoutMs: 30_000,
  // Requests beyond a bound would wait unseen inside the pool; admission is decided before a request comes here.
  connections: null,
  maxHeaderBytes: 16_384,
};

export interface UpstreamProfileOptions {
  readonly egress: Egress;
  readonly egressProfile: EgressProfile;
  readonly tls?: UpstreamTls;
  readonly proxy?: UpstreamProxy;
  readonly pool?: Partial<PoolSettings>;
}

/** How connections to an upstream are made. Built once per deployment or per kind of request, not per request. */
export interface UpstreamProfile extends UpstreamProfileOptions {
  /** Profiles with equal ids share their pools. Holds no secret. */
  readonly id: string;
  readonly pool: PoolSettings;
}

/** @throws GatewayError `upstream_address_refused` where the proxy's URI is not allowed. */
export function upstreamProfile(options: UpstreamProfileOptions): UpstreamProfile {
  const { egress, egressProfile, tls, proxy } = options;
  if (proxy !== undefined) egress.checkUrl(withoutUserInfo(proxy.uri), 'operator');
  const pool = { ...poolDefaults, ...options.pool };
  const secretParts = JSON.stringify([egress.id, tls, proxy, Object.entries(pool).sort()]);
  const id = `${egressProfile}:${createHash('sha256').update(secretParts).digest('base64url').slice(0, 16)}`;
  return { ...options, id, pool };
}

/**
 * The connections to one origin. Neither follows redirects nor retries. Takes well under a microsecond once the pool is
 * there. Do not send the caller's own `host` header through it: TLS verifies the upstream under that name.
 *
 * @param origin scheme, host and port: `https://api.openai.com`
 * @throws GatewayError `upstream_address_refused` here for a literal address or a malformed origin; a host name's
 *   addresses are checked with each connection, and the request then rejects with the same error.
 */
export function dispatcherFor(clients: ClientCache, origin: string, profile: UpstreamProfile): Dispatcher {
  // The create is synchronous, hence so is the answer.
  return clients.getOrCreate(
    `pool ${profile.id} ${origin}`,
    () => connectionsTo(origin, profile),
    closeDispatcher,
  ) as Dispatcher;
}

/** The same for callers that choose the origin with each request, such as SDKs through `fetch`. */
export function agentFor(clients: ClientCache, profile: UpstreamProfile): Dispatcher {
  return clients.getOrCreate(
    `agent ${profile.id}`,
    () => new Agent({ factory: (origin) => connectionsTo(String(origin), profile) }),
    closeDispatcher,
  ) as Dispatcher;
}

/** Lets running requests end, as far as the cache's bounded wait allows. */
function closeDispatcher(dispatcher: Dispatcher): Promise<void> {
  return dispatcher.close();
}

function connectionsTo(givenOrigin: string, profile: UpstreamProfile): Dispatcher {
  const { origin, hostname } = profile.egress.checkUrl(givenOrigin, profile.egressProfile);
  if (profile.proxy !== undefined) return throughProxy(origin, hostname, profile, profile.proxy);
  const connect = profile.egress.connector(profile.egressProfile, {
    ...tlsOptions(profile.tls),
    ...connectOptions(profile.pool),
  });
  return new Pool(origin, { ...poolOptions(profile.pool), connect });
}

/**
 * A proxy resolves host names by itself, out of the egress's sight. For restricted addresses the tunnel is therefore
 * opened to an address that was resolved and checked here, and TLS inside it still verifies the host's name.
 */
function throughProxy(origin: string, hostname: string, profile: UpstreamProfile, proxy: UpstreamProxy): Dispatcher {
  const { egress, egressProfile, pool } = profile;
  const isPinned = egressProfile === 'restricted' && !egress.listsHost(hostname);
  const servername = isIP(hostname) === 0 && !hostname.startsWith('[') ? hostname : undefined;
  return new ProxiedPool(origin, {
    ...poolOptions(pool),
    uri: proxy.uri,
    connectTimeout: pool.connectTimeoutMs,
    proxyTls: { ...tlsOptions(proxy.tls), ...connectOptions(pool), lookup: egress.lookup('operator') },
    requestTls: { ...tlsOptions(profile.tls), ...(servername !== undefined && { servername }) },
    // Plain HTTP would otherwise be forwarded by name.
    ...(isPinned && {
      proxyTunnel: true,
      factory: (target: string | URL, options: ProxiedPoolOptions) =>
        new Pool(target, { ...options, connect: pinnedTunnel(options.connect, egress) }),
    }),
  });
}

/** A ProxyAgent that serves one origin, like a pool: its requests need not name the origin and cannot name another. */
class ProxiedPool extends ProxyAgent {
  constructor(
    private readonly origin: string,
    options: ProxyAgent.Options,
  ) {
    super(options);
  }

  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch({ ...options, origin: this.origin }, handler);
  }
}

/** What ProxyAgent hands to its factory: `connect` opens the tunnel. */
type ProxiedPoolOptions = Pool.Options & { connect: buildConnector.connector };

function pinnedTunnel(openTunnel: buildConnector.connector, egress: Egress): buildConnector.connector {
  return (target, callback) => {
    egress.resolveChecked(target.hostname, 'restricted').then(
      ([pinned]) => {
        const address = pinned?.family === 6 ? `[${pinned.address}]` : pinned?.address;
        openTunnel({ ...target, host: target.port === '' ? `${address}` : `${address}:${target.port}` }, callback);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

function poolOptions(pool: PoolSettings): Omit<Pool.Options, 'connect'> {
  return {
    headersTimeout: pool.headersTimeoutMs,
    bodyTimeout: pool.bodyTimeoutMs,
    keepAliveTimeout: pool.keepAliveTimeoutMs,
    keepAliveMaxTimeout: pool.keepAliveMaxTimeoutMs,
    connections: pool.connections,
    maxHeaderSize: pool.maxHeaderBytes,
    pipelining: 1,
    // One slow stream would hold up all others on a shared connection.
    allowH2: false,
  };
}

function connectOptions(pool: PoolSettings): buildConnector.BuildOptions {
  return { timeout: pool.connectTimeoutMs, autoSelectFamily: true, allowH2: false };
}

function tlsOptions(tls: UpstreamTls = {}): { ca?: string | string[] } & Omit<UpstreamTls, 'ca'> {
  const { ca, ...rest } = tls;
  if (ca === undefined) return rest;
  return { ...rest, ca: typeof ca === 'string' ? ca : [...ca] };
}

function withoutUserInfo(uri: string): string {
  const url = URL.parse(uri);
  if (url === null) return uri;
  url.username = '';
  url.password = '';
  return url.href;
}
