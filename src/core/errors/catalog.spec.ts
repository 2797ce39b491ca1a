/** The table of errors keeps the promises that clients and the router rely on. */
import { errorCatalog, type ErrorRow } from './catalog.js';

const rows = Object.entries<ErrorRow>(errorCatalog);

it('holds nothing but client and server errors', () => {
  expect(rows.filter(([, { status }]) => status < 400 || status > 599)).toEqual([]);
});

it('lets upstream trouble alone count against a deployment', () => {
  expect(rows.filter(([code, { cools }]) => cools && !code.startsWith('upstream_')).map(([code]) => code)).toEqual([]);
});

it('retries nothing that the request itself is to blame for', () => {
  const blamed = rows.filter(
    ([, { status, retryable }]) => retryable && [400, 403, 404, 413, 415, 422].includes(status),
  );
  expect(blamed.map(([code]) => code)).toEqual([]);
});

it('says something, in a sentence, without markup of its own', () => {
  for (const [code, { text, type }] of rows) {
    expect([code, text.length > 0 && !text.includes('undefined'), /^[a-z_]+$/.test(type)]).toEqual([code, true, true]);
  }
});
