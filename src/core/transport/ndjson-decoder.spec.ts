import { NdjsonDecoder } from './ndjson-decoder.js';

const stream = '{"text":"Zażółć 🦄"}\n\n  \r\n{"text":"two"}\r\n{"last":true}';
const wanted = ['{"text":"Zażółć 🦄"}', '{"text":"two"}', '{"last":true}'];

function decode(pieces: readonly Uint8Array[]): string[] {
  const decoder = new NdjsonDecoder();
  const lines = pieces.flatMap((piece) => decoder.push(piece));
  return [...lines, ...decoder.end()];
}

describe('NdjsonDecoder', () => {
  const bytes = Buffer.from(stream);

  it('gives the lines without blank ones, the last also without its line feed', () => {
    expect(decode([bytes])).toEqual(wanted);
  });

  it('gives the same for bytes cut anywhere', () => {
    for (let at = 1; at < bytes.length; at += 1)
      expect(decode([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(wanted);
    expect(decode([...bytes].map((byte) => Buffer.from([byte])))).toEqual(wanted);
  });

  it('hands a line out as soon as its line feed is there', () => {
    const decoder = new NdjsonDecoder();
    expect(decoder.push(Buffer.from('{"a":1}'))).toEqual([]);
    expect(decoder.push(Buffer.from('\n{"b"'))).toEqual(['{"a":1}']);
  });

  it('refuses a line above the limit while it is still incomplete', () => {
    const decoder = new NdjsonDecoder(8);
    decoder.push(Buffer.from('12345678\n12345'));
    expect(() => decoder.push(Buffer.from('6789'))).toThrow('larger than 8 bytes');
  });
});
