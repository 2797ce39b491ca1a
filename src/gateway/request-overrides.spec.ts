/** A request that is read again for a fallback has the fallback's members, and the model that its client has named. */
import type { Operation } from './operation.js';
import { operationWith } from './request-overrides.js';

it('replaces members and keeps the rest, the model and the headers', () => {
  const read = jest.fn<Operation, [Buffer, object]>();
  const headers = { 'x-litellm-timeout': '5' };
  const bytes = Buffer.from(JSON.stringify({ model: 'smart', temperature: 1, user: 'me' }));
  operationWith({ bytes, headers }, read)({ temperature: 0, messages: ['other'], model: 'elsewhere' });
  expect(JSON.parse(String(read.mock.calls[0]?.[0]))).toEqual({ model: 'smart', temperature: 0, user: 'me', messages: ['other'] }); // prettier-ignore
  expect(read.mock.calls[0]?.[1]).toBe(headers);
});
