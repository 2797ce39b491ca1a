/** IP addresses and ranges as bytes, so that each of an address's many spellings compares equal. */
import { isIP } from 'node:net';

/** 4 bytes (IPv4) or 16 bytes (IPv6), in network order. */
export type IpAddress = Uint8Array;

export interface IpRange {
  readonly base: IpAddress;
  readonly prefixBits: number;
}

/** Reads a dotted IPv4 or an IPv6 address, without brackets; a zone (`%eth0`) is dropped. Undefined for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  switch (isIP(text)) {
    case 4:
      return Uint8Array.from(text.split('.'), Number);
    case 6:
      return parseIpv6(text.replace(/%.*$/, ''));
    default:
      return undefined;
  }
}

/** Reads `10.0.0.0/8`, `fd00::/8`, or one address. Undefined for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const base = parseIpAddress(addressText);
  if (base === undefined || rest.length > 0) return undefined;
  const maxBits = base.length * 8;
  if (bitsText === undefined) return { base, prefixBits: maxBits };
  const prefixBits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Infinity;
  return prefixBits <= maxBits ? { base, prefixBits } : undefined;
}

export function inRange(address: IpAddress, { base, prefixBits }: IpRange): boolean {
  if (address.length !== base.length) return false;
  const wholeBytes = prefixBits >> 3;
  for (let i = 0; i < wholeBytes; i++) if (address[i] !== base[i]) return false;
  const restBits = prefixBits & 7;
  if (restBits === 0) return true;
  const mask = (0xff << (8 - restBits)) & 0xff;
  return ((address[wholeBytes] ?? 0) & mask) === ((base[wholeBytes] ?? 0) & mask);
}

/** Expects what `isIP` found to be IPv6. */
function parseIpv6(text: string): IpAddress {
  const [head = '', tail] = text.split('::');
  const left = bytesOf(head);
  const right = bytesOf(tail ?? '');
  const bytes = new Uint8Array(16);
  bytes.set(left);
  bytes.set(right, 16 - right.length);
  return bytes;
}

function bytesOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
