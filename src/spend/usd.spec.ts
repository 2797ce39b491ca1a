import { nanosToUsd, parseUsd } from './usd.js';

test('nano-dollars become the nearest double, without an error of a division', () => {
  expect(nanosToUsd(0n)).toBe(0);
  expect(nanosToUsd(1n)).toBe(1e-9);
  expect(nanosToUsd(300_000_000n)).toBe(0.3);
  expect(nanosToUsd(1_234_567_890_123n)).toBe(1234.567890123);
  expect(nanosToUsd(-5n)).toBe(-5e-9);
});

test('USD strings become nano-dollars exactly, rounded only below one', () => {
  expect(parseUsd('0.3', 'up')).toBe(300_000_000n);
  expect(parseUsd('12', 'down')).toBe(12_000_000_000n);
  expect(parseUsd('1e-7', 'up')).toBe(100n);
  expect(parseUsd('1.5E+2', 'up')).toBe(150_000_000_000n);
  expect(parseUsd('0.0000000001', 'up')).toBe(1n);
  expect(parseUsd('0.0000000001', 'down')).toBe(0n);
});

test.each(['', '-1', '1,5', 'NaN', 'Infinity', '0x10', '1e999', ' 1'])('%j is no amount', (text) => {
  expect(parseUsd(text, 'up')).toBeNull();
});
