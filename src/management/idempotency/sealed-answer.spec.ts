import { randomBytes } from 'node:crypto';
import { openAnswer, sealAnswer } from './sealed-answer.js';

const secret = randomBytes(32);
const sealed = sealAnswer('{"key":"sk-secret"}', secret, 'k-1', 'row-1');

it('opens for whoever knows the key of the request', () => {
  expect(openAnswer(sealed, secret, 'k-1', 'row-1')).toBe('{"key":"sk-secret"}');
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('secret');
});

it.each([
  ['with another key', () => openAnswer(sealed, secret, 'k-2', 'row-1')],
  ['in another row', () => openAnswer(sealed, secret, 'k-1', 'row-2')],
  ['with another installation’s secret', () => openAnswer(sealed, randomBytes(32), 'k-1', 'row-1')],
])('does not open %s', (_how, open) => {
  expect(open).toThrow();
});

it('does not open where any bit was changed', () => {
  const bytes = Buffer.from(sealed, 'base64');
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(() => openAnswer(changed.toString('base64'), secret, 'k-1', 'row-1')).toThrow();
  }
});
