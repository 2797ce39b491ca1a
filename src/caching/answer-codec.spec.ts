/** What is read back of an entry, and that a broken or foreign one is not there. */
import fc from 'fast-check';
import type { RecordedAnswer } from '../core/spec/response-cache.js';
import { decodeAnswer, encodeAnswer } from './answer-codec.js';

const key = 'a'.repeat(64);
const roomy = 10_000_000;
const answerOf = (parts: readonly Uint8Array[]): RecordedAnswer => ({
  form: 'stream',
  parts,
  contentType: 'text/event-stream',
  usage: { promptTokens: 3, completionTokens: 4 },
  servedBy: 'd1',
  storedAtMs: 1,
  expiresAtMs: 2,
});

it('reads back what was written, part by part and byte by byte', async () => {
  const bytes = fc.uint8Array({ maxLength: 3_000 });
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), async (parts) => {
      const answer = answerOf(parts);
      const read = await decodeAnswer(key, await encodeAnswer(key, answer), roomy);
      expect(read?.parts.map((part) => Buffer.from(part))).toEqual(parts.map((part) => Buffer.from(part)));
      expect({ ...read, parts: [] }).toEqual({ ...answer, parts: [] });
    }),
    { numRuns: 50 },
  );
});

it('takes less room where that pays', async () => {
  const text = Buffer.from('data: {"choices":[{"delta":{"content":"word"}}]}\n\n'.repeat(200));
  expect((await encodeAnswer(key, answerOf([text]))).length).toBeLessThan(text.length / 5);
});

describe.each([
  ['small', Buffer.from('{"a":1}')],
  ['compressed', Buffer.from('abcdefgh'.repeat(1_000))],
])('an entry that is %s', (_what, text) => {
  it('is not there once any byte of it has changed, or any is missing', async () => {
    const entry = await encodeAnswer(key, answerOf([text]));
    for (let at = 0; at < entry.length; at += Math.ceil(entry.length / 60)) {
      const broken = Buffer.from(entry);
      broken.writeUInt8(broken.readUInt8(at) ^ 1, at);
      expect(await decodeAnswer(key, broken, roomy)).toBeUndefined();
      expect(await decodeAnswer(key, entry.subarray(0, at), roomy)).toBeUndefined();
    }
    expect(await decodeAnswer(key, Buffer.concat([entry, Buffer.from('x')]), roomy)).toBeUndefined();
  });

  it('is not there under another key', async () => {
    expect(await decodeAnswer('b'.repeat(64), await encodeAnswer(key, answerOf([text])), roomy)).toBeUndefined();
  });
});

it('does not unpack more than it may', async () => {
  const entry = await encodeAnswer(key, answerOf([Buffer.alloc(1_000_000)]));
  expect(entry.length).toBeLessThan(10_000);
  expect(await decodeAnswer(key, entry, 100_000)).toBeUndefined();
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ["LiteLLM's", Buffer.from('{"timestamp": 1700000000.0, "response": "{}"}')],
  ['of another version', Buffer.from('TGA9aaaaaaaaaaaaaa')],
])('an entry that is %s is not there', async (_what, bytes) => {
  expect(await decodeAnswer(key, bytes, roomy)).toBeUndefined();
});
