import fc from 'fast-check';
import { usdFromNanos } from './money.js';

/** The same by way of the decimal text, which JavaScript rounds to the nearest double. */
function byText(nanos: bigint): number {
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(10, '0');
  return Number(`${nanos < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`);
}

it('shows the double that is nearest to the exact amount, however large', () => {
  const amounts = fc.oneof(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.bigInt({ min: 0n, max: 10n ** 30n }));
  fc.assert(
    fc.property(amounts, (nanos) => usdFromNanos(nanos) === byText(nanos)),
    { numRuns: 5_000, seed: 4 },
  );
  const edge = BigInt(Number.MAX_SAFE_INTEGER);
  for (const nanos of [edge - 1n, edge, edge + 1n, -edge - 2n]) expect(usdFromNanos(nanos)).toBe(byText(nanos));
});
