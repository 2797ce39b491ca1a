/** A list of addresses and ranges, and whether a client's address is in it. */
import {
  inRange,
  parseIpAddress,
  parseIpRange,
  type IpAddress,
  type IpRange,
} from '../../core/transport/ip-address.js';

export class AddressList {
  private readonly ranges: readonly IpRange[];

  /** @param entries such as `10.1.2.3`, `10.0.0.0/8` or `fd00::/8`; one that is none of these holds no address */
  constructor(entries: readonly string[]) {
    this.ranges = entries.flatMap((entry) => parseIpRange(entry.trim()) ?? []);
  }

  /** An IPv4 address that a socket of both families writes as `::ffff:10.1.2.3` is the same one; so is a range. */
  holds(text: string): boolean {
    const address = parseIpAddress(text);
    if (address === undefined) return false;
    const plain = unmapped(address);
    return this.ranges.some((range) => inRange(plain, range) || inRange(mapped(plain), range));
  }
}

const mappedRange = { base: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0), prefixBits: 96 };

function unmapped(address: IpAddress): IpAddress {
  return inRange(address, mappedRange) ? address.slice(12) : address;
}

function mapped(address: IpAddress): IpAddress {
  return address.length === 16 ? address : Uint8Array.from([...mappedRange.base.slice(0, 12), ...address]);
}
