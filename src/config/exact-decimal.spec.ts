import fc from 'fast-check';
import { toExactDecimal } from './exact-decimal.js';

describe('toExactDecimal', () => {
  it.each([
    ['2.5e-06', '0.0000025'],
    ['1e-6', '0.000001'],
    ['0.00000123456789012345678', '0.00000123456789012345678'],
    ['1.50', '1.5'],
    ['12e3', '12000'],
    ['1.25E+1', '12.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0', '0'],
    ['0.000', '0'],
    ['007', '7'],
    [' 1_000 ', '1000'],
  ])('writes %s as %s', (given, exact) => {
    expect(toExactDecimal(given)).toBe(exact);
  });

  it.each(['', '.', '-1', 'abc', '1e', '1e999', 'Infinity', 'NaN', '0x10', '1.2.3'])('refuses %p', (given) => {
    expect(toExactDecimal(given)).toBeNull();
  });

  it('keeps the value of every number', () => {
    const numbers = fc.double({ min: 0, max: 1e15, noNaN: true }).filter((value) => value === 0 || value > 1e-30);
    fc.assert(fc.property(numbers, (value) => Number(toExactDecimal(value)) === value));
  });
});
