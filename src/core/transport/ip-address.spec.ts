import { isIP } from 'node:net';
import fc from 'fast-check';
import { inRange, parseIpAddress, parseIpRange, type IpRange } from './ip-address.js';

function rangeOf(text: string): IpRange {
  const range = parseIpRange(text);
  if (range === undefined) throw new Error(`not a range: ${text}`);
  return range;
}

describe('parseIpAddress', () => {
  it.each([
    ['1.2.3.4', '01020304'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['1::', `0001${'00'.repeat(14)}`],
    ['2001:db8::ff00:42:8329', '20010db8000000000000ff0000428329'],
    ['::ffff:1.2.3.4', `${'00'.repeat(10)}ffff01020304`],
    ['1:2:3:4:5:6:7.8.9.10', '0001000200030004000500060708090a'],
    ['fe80::1%eth0', `fe80${'00'.repeat(13)}01`],
  ])('reads %s', (text, hex) => {
    expect(Buffer.from(parseIpAddress(text) ?? []).toString('hex')).toBe(hex);
  });

  it.each(['', '1.2.3', '01.2.3.4', '256.1.1.1', '0x7f.1', '2130706433', '[::1]', '1:2', 'host'])(
    'leaves %j alone',
    (text) => {
      expect(parseIpAddress(text)).toBeUndefined();
    },
  );

  it('agrees with the URL parser on every IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        expect(parseIpAddress(text)).toEqual(parseIpAddress(canonical));
        expect(isIP(canonical)).toBe(6);
      }),
    );
  });
});

describe('inRange', () => {
  it.each([
    ['10.255.0.1', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['172.31.255.255', '172.16.0.0/12', true],
    ['172.32.0.0', '172.16.0.0/12', false],
    ['1.2.3.4', '1.2.3.4', true],
    ['1.2.3.5', '1.2.3.4', false],
    ['1.2.3.4', '0.0.0.0/0', true],
    ['::1', '0.0.0.0/0', false],
    ['febf::1', 'fe80::/10', true],
    ['fec0::1', 'fe80::/10', false],
    ['10.9.9.9', '10.1.2.3/8', true],
  ])('%s in %s: %s', (address, range, expected) => {
    expect(inRange(parseIpAddress(address) ?? new Uint8Array(), rangeOf(range))).toBe(expected);
  });
});
