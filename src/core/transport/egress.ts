/** The one way out: checks every outbound address and pins each connection to an address that was checked. */
import { createHash } from 'node:crypto';
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { GatewayError } from '../errors/gateway-error.js';
import type { EgressProfile } from '../spec/deployment.js';
import { classifyAddress, destinationOf } from './address-policy.js';
import { inRange, parseIpAddress, parseIpRange, type IpRange } from './ip-address.js';

export interface EgressPolicy {
  /** Host names that may lie in private networks: `ollama.internal`, `*.corp.example`, or an IP address. */
  readonly allowedHosts: readonly string[];
  /** Ranges that may be reached, metadata addresses included: `10.1.0.0/16`, `fd12::/16`, `169.254.169.254`. */
  readonly allowedCidrs: readonly string[];
}

/** All addresses of a host name; rejects where there are none. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

const refuseNothingMore: EgressPolicy = { allowedHosts: [], allowedCidrs: [] };
/** Characters that URL parsers drop or reinterpret, so that two of them may see two different hosts. */
const deceptiveCharacters = /[\u0000-\u0020\u007f\\]/;
const hostLabels = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Under the `operator` profile (the address stands in the configuration file) private networks are fine. Under the
 * `restricted` profile (it comes from a database row, a request or a redirect) only public addresses are, and those that
 * the policy lists. Metadata addresses are refused under both unless they are listed.
 */
export class Egress {
  /** Stands for the policy in the keys of cached connections, so that a changed policy makes new ones. */
  readonly id: string;
  private readonly hosts = new Set<string>();
  private readonly parentDomains: string[] = [];
  private readonly ranges: IpRange[] = [];

  /** @throws GatewayError `internal` whose detail names the entry of the policy that is neither a host nor a range. */
  constructor(
    policy: EgressPolicy = refuseNothingMore,
    private readonly resolve: ResolveHost = resolveBySystem,
  ) {
    for (const host of policy.allowedHosts) this.allowHost(host);
    for (const cidr of policy.allowedCidrs) this.allowRange(cidr);
    const canonical = JSON.stringify([[...this.hosts].sort(), this.parentDomains, policy.allowedCidrs]);
    this.id = createHash('sha256').update(canonical).digest('base64url').slice(0, 12);
  }

  /**
   * Reads and checks a URL. Connect to what comes back and never to the text that went in: the spelling of the host is
   * normalised (`http://0x7f.1` is `http://127.0.0.1`, a trailing dot is gone).
   * A host name is only checked for its form here; its addresses are when a connection is made.
   *
   * @throws GatewayError `upstream_address_refused`; the host is in its detail alone.
   */
  checkUrl(given: string | URL, profile: EgressProfile): URL {
    if (typeof given === 'string' && deceptiveCharacters.test(given)) {
      throw refused('the URL holds a blank, a control character or a backslash');
    }
    const url = URL.parse(String(given));
    if (url === null) throw refused('not a valid URL');
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw refused(`the scheme ${url.protocol} is not http(s)`);
    if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
    const host = bareHost(url.hostname);
    if (url.username !== '' || url.password !== '') throw refused(`the URL of ${host} holds a user name or password`);
    const isAddress = parseIpAddress(host) !== undefined;
    if (!isAddress && !hostLabels.test(host)) throw refused(`${host} is not a valid host name`);
    this.checkPort(url, host, profile);
    const refusal = isAddress ? this.refusalOf(host, host, profile) : undefined;
    if (refusal !== undefined) throw refusal;
    return url;
  }

  /** A connector for undici's `connect` option. Its errors are `upstream_address_refused` or the system's own. */
  connector(profile: EgressProfile, options: buildConnector.BuildOptions = {}): buildConnector.connector {
    const connect = buildConnector({ ...options, lookup: this.lookup(profile) });
    return (target, callback) => {
      // Node connects to a literal address without any look-up.
      const isAddress = parseIpAddress(target.hostname) !== undefined;
      const refusal = isAddress ? this.refusalOf(target.hostname, target.hostname, profile) : undefined;
      if (refusal === undefined) connect(target, callback);
      else queueMicrotask(() => callback(refusal, null));
    };
  }

  /** A `lookup` for `net.connect`, for host names only: Node does not ask it about literal addresses. */
  lookup(profile: EgressProfile): LookupFunction {
    return (hostname, options, callback) => {
      this.resolveChecked(hostname, profile).then(
        (addresses) => {
          const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
          const usable = addresses.filter((address) => family === 0 || address.family === family);
          const [first] = usable;
          if (first === undefined) callback(noAddress(hostname), '', 0);
          else if (options.all === true) callback(null, usable);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => callback(asError(error), '', 0),
      );
    };
  }

  /**
   * The addresses of a host name or literal address, in order of preference, each of them checked. One bad address
   * refuses them all, since an honest name does not mix public and private ones.
   *
   * @throws GatewayError `upstream_address_refused`, or the resolver's own error.
   */
  async resolveChecked(hostname: string, profile: EgressProfile): Promise<LookupAddress[]> {
    const literal = parseIpAddress(hostname);
    const addresses = literal
      ? [{ address: hostname, family: literal.length === 4 ? 4 : 6 }]
      : [...(await this.resolve(hostname))];
    if (addresses.length === 0) throw noAddress(hostname);
    for (const { address } of addresses) {
      const refusal = this.refusalOf(hostname, address, profile);
      if (refusal !== undefined) throw refusal;
    }
    return addresses;
  }

  /** Whether the policy lists this host name. */
  listsHost(host: string): boolean {
    return this.hosts.has(host) || this.parentDomains.some((parent) => host.endsWith(parent));
  }

  private refusalOf(host: string, addressText: string, profile: EgressProfile): GatewayError | undefined {
    const address = parseIpAddress(addressText);
    if (address === undefined) return refused(`${host} resolves to ${addressText}, which is not an address`);
    const kind = classifyAddress(address);
    if (kind === 'public' || (kind === 'private' && (profile === 'operator' || this.listsHost(host)))) return undefined;
    const destination = destinationOf(address);
    if (this.ranges.some((range) => inRange(address, range) || inRange(destination, range))) return undefined;
    return refused(`${host} is at the ${kind} address ${addressText}`);
  }

  /** Outside the policy's lists, low ports other than the web's belong to services that speak no HTTP. */
  private checkPort(url: URL, host: string, profile: EgressProfile): void {
    if (url.port === '' || Number(url.port) >= 1024 || url.port === '80' || url.port === '443') return;
    if (url.port !== '0' && (profile === 'operator' || this.listsHost(host))) return;
    throw refused(`the port ${url.port} of ${host} is not allowed`);
  }

  private allowHost(entry: string): void {
    if (parseIpRange(entry) !== undefined) return this.allowRange(entry);
    const name = entry.toLowerCase().replace(/\.$/, '');
    const domain = name.startsWith('*.') ? name.slice(2) : name;
    if (!hostLabels.test(domain)) throw badPolicy(entry);
    if (domain === name) this.hosts.add(name);
    else this.parentDomains.push(`.${domain}`);
  }

  private allowRange(entry: string): void {
    const range = parseIpRange(entry);
    if (range === undefined) throw badPolicy(entry);
    this.ranges.push(range);
  }
}

/** The host of a URL as the system knows it: an IPv6 address without its brackets. */
function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function resolveBySystem(hostname: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' });
}

function refused(detail: string): GatewayError {
  return new GatewayError('upstream_address_refused', { detail });
}

function badPolicy(entry: string): GatewayError {
  return new GatewayError('internal', { detail: `the egress policy's entry "${entry}" is neither a host nor a range` });
}
