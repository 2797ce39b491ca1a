/** Which IP addresses are public, which are private, and which hand out a machine's credentials. */
import { inRange, parseIpRange, type IpAddress, type IpRange } from './ip-address.js';

/** `metadata` addresses answer any process on the machine with the cloud's credentials: they are the worst to reach. */
export type AddressKind = 'public' | 'private' | 'metadata';

/** Instance metadata and credential endpoints, which clouds place at fixed addresses. */
const metadataRanges = ranges(
  '169.254.0.0/16', // AWS, GCP, Azure and most others at .169.254; ECS at .170.2; EKS at .170.23; Tencent at .0.23
  '168.63.129.16', // Azure's wire server
  '100.100.100.200', // Alibaba
  '192.0.0.192', // Oracle
  'fd00:ec2::/32', // AWS
  'fd20:ce::/32', // GCP
  'fe80::a9fe:a9fe', // OpenStack
);

/** https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. */
const privateIpv4Ranges = ranges(
  '0.0.0.0/8', // this network; Linux connects 0.0.0.0 to itself
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
);

/** All that is public in IPv6 lies in here, less the exceptions below (iana-ipv6-special-registry). */
const globalUnicast = range('2000::/3');
const privateIpv6Ranges = ranges(
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
);

/** IPv6 forms that carry an IPv4 address, with the offset of its first byte. */
const translated = [
  { range: range('::ffff:0:0/96'), offset: 12 }, // IPv4-mapped: the socket speaks IPv4
  { range: range('64:ff9b::/96'), offset: 12 }, // NAT64, how IPv6-only networks reach public IPv4
];
const tunnelled = [
  { range: range('::/96'), offset: 12 }, // IPv4-compatible
  { range: range('::ffff:0:0:0/96'), offset: 12 }, // SIIT
  { range: range('64:ff9b:1::/48'), offset: 12 }, // local NAT64
  { range: range('2002::/16'), offset: 2 }, // 6to4
];

export function classifyAddress(address: IpAddress): AddressKind {
  if (metadataRanges.some((metadata) => inRange(address, metadata))) return 'metadata';
  if (address.length === 4) return privateIpv4Ranges.some((known) => inRange(address, known)) ? 'private' : 'public';

  const inner = embeddedIpv4(address, translated);
  if (inner !== undefined) return classifyAddress(inner);
  const tunnelEnd = embeddedIpv4(address, tunnelled);
  if (tunnelEnd !== undefined) return classifyAddress(tunnelEnd) === 'metadata' ? 'metadata' : 'private';

  const isGlobal = inRange(address, globalUnicast) && !privateIpv6Ranges.some((known) => inRange(address, known));
  return isGlobal ? 'public' : 'private';
}

/** The IPv4 address that a connection to `address` ends at, where it is an IPv4-mapped or NAT64 one; else itself. */
export function destinationOf(address: IpAddress): IpAddress {
  return embeddedIpv4(address, translated) ?? address;
}

function embeddedIpv4(address: IpAddress, forms: typeof translated): IpAddress | undefined {
  if (address.length === 4) return undefined;
  const form = forms.find((candidate) => inRange(address, candidate.range));
  return form && address.slice(form.offset, form.offset + 4);
}

function ranges(...texts: string[]): readonly IpRange[] {
  return texts.map(range);
}

function range(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (parsed === undefined) throw new TypeError(`not an address range: ${text}`);
  return parsed;
}
