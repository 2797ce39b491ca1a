import fc from 'fast-check';
import { TextMessages } from './text-messages.js';

function frame(code: number, body: Buffer, isFinal = true): Buffer {
  const first = (isFinal ? 0x80 : 0) | code;
  if (body.length < 126) return Buffer.concat([Buffer.from([first, body.length]), body]);
  const head = Buffer.alloc(body.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = body.length < 65_536 ? 126 : 127;
  if (body.length < 65_536) head.writeUInt16BE(body.length, 2);
  else head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

function textsOf(bytes: Buffer, cuts: readonly number[] = []): string[] {
  const texts: string[] = [];
  const messages = new TextMessages((text) => texts.push(text));
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    messages.push(bytes.subarray(from, cut));
    from = cut;
  }
  return texts;
}

const bytes = Buffer.concat([
  frame(1, Buffer.from('one')),
  frame(9, Buffer.from('ping')),
  frame(2, Buffer.from('binary')),
  frame(1, Buffer.from('tw'), false),
  frame(10, Buffer.alloc(0)),
  frame(0, Buffer.from('o ü'.repeat(100)), true),
  frame(1, Buffer.alloc(0)),
  frame(1, Buffer.from('x'.repeat(70_000))),
]);
const expected = ['one', `tw${'o ü'.repeat(100)}`, '', 'x'.repeat(70_000)];

it('finds the texts, whole or in frames, and leaves the rest', () => {
  expect(textsOf(bytes)).toEqual(expected);
});

it('finds the same wherever the bytes are cut', () => {
  const cut = fc.integer({ min: 0, max: bytes.length });
  fc.assert(fc.property(fc.array(cut, { maxLength: 30 }), (cuts) => {
    expect(textsOf(bytes, cuts.toSorted((a, b) => a - b))).toEqual(expected);
  })); // prettier-ignore
  const ones = [...Array(900).keys()].map((at) => at + 1);
  expect(textsOf(bytes, ones)).toEqual(expected);
});

it('a message beyond all bounds is left out, and the next one found', () => {
  const huge = Buffer.concat([frame(1, Buffer.alloc(2 * 1024 * 1024, 'x')), frame(1, Buffer.from('next'))]);
  expect(textsOf(huge)).toEqual(['next']);
});
