/** The SSE decoder: events are the same however the bytes are cut, and none is larger than the limit. */
import { GatewayError } from '../errors/gateway-error.js';
import { SseDecoder, type SseEvent } from './sse-decoder.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(pieces: readonly Uint8Array[], maxEventBytes?: number): SseEvent[] {
  const decoder = new SseDecoder(maxEventBytes === undefined ? {} : { maxEventBytes });
  const events = pieces.flatMap((piece) => decoder.push(piece));
  return [...events, ...decoder.end()].map(({ event, data }) => (event === undefined ? { data } : { event, data }));
}

const stream = [
  '\uFEFF: a keep-alive comment\r\n\r\n',
  'event: start\ndata: {"a":"Zażółć 🦄"}\n\n',
  'event:named\r\ndata:without space\r\n\r\n',
  'data: one\rdata: two\r\r',
  'id: 7\nretry: 100\nunknown: x\ndata:  leading space stays one\n\n',
  'data\n\n',
  ': ping\n\n',
  'data: [DONE]\n\n',
].join('');

const expected: SseEvent[] = [
  { event: 'start', data: '{"a":"Zażółć 🦄"}' },
  { event: 'named', data: 'without space' },
  { data: 'one\ntwo' },
  { data: ' leading space stays one' },
  { data: '' },
  { data: '[DONE]' },
];

describe('SseDecoder', () => {
  it('reads every line end, comments, a byte-order mark and multi-line data', () => {
    expect(decode([encode(stream)])).toEqual(expected);
  });

  it('gives the same events for a cut at every byte', () => {
    const bytes = encode(stream);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(decode([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected);
    }
  });

  it('gives the same events when every byte comes alone', () => {
    expect(decode([...encode(stream)].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('hands out an event as soon as its blank line is there', () => {
    const decoder = new SseDecoder();
    expect(decoder.push(encode('data: a\n'))).toEqual([]);
    expect(decoder.push(encode('\nda'))).toMatchObject([{ data: 'a' }]);
    expect(decoder.push(encode('ta: b\n\ndata: c\n\n'))).toMatchObject([{ data: 'b' }, { data: 'c' }]);
  });

  it('does not dispatch a last event without its blank line', () => {
    expect(decode([encode('data: whole\n\ndata: cut off\n')])).toEqual([{ data: 'whole' }]);
    expect(decode([encode('data: cut off')])).toEqual([]);
  });

  it('replaces malformed UTF-8 and goes on', () => {
    expect(decode([Uint8Array.of(...encode('data: '), 0xff, ...encode('x\n\n'))])).toEqual([{ data: '\uFFFDx' }]);
  });

  describe('an event above the limit', () => {
    const tooLarge = expect.objectContaining({ code: 'upstream_invalid_response' });
    const pieces = (text: string, size: number): Uint8Array[] => {
      const bytes = encode(text);
      return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    };

    it.each([
      ['whole in one piece', [encode(`data: ${'x'.repeat(65)}\n\n`)]],
      ['counted in bytes, not in characters', [encode(`data: ${'é'.repeat(40)}\n\n`)]],
      ['over many pieces and without an end', pieces(`data: ${'x'.repeat(100)}`, 7)],
      ['in many short data lines', pieces('data: xxxxxxxx\n'.repeat(20), 15)],
      ['after a good event in the same piece', [encode(`data: ok\n\ndata: ${'x'.repeat(65)}\n\n`)]],
    ])('is refused %s', (_case, given) => {
      expect(() => decode(given, 64)).toThrow(tooLarge);
    });

    it('does not swallow the good events before it', () => {
      const decoder = new SseDecoder({ maxEventBytes: 8 });
      expect(decoder.push(encode('data: ok\n\ndata: 123456789\n\n'))).toMatchObject([{ data: 'ok' }]);
      expect(() => decoder.push(encode('data: 1\n\n'))).toThrow(tooLarge);
    });

    it('keeps refusing afterwards', () => {
      const decoder = new SseDecoder({ maxEventBytes: 8 });
      expect(() => decoder.push(encode('data: 123456789\n\n'))).toThrow(GatewayError);
      expect(() => decoder.push(encode('data: 1\n\n'))).toThrow(GatewayError);
      expect(() => decoder.end()).toThrow(GatewayError);
    });

    it('is 1 MiB where nothing is set', () => {
      const limit = 1024 * 1024;
      expect(decode([encode(`data: ${'x'.repeat(limit)}\n\n`)])).toHaveLength(1);
      expect(() => decode([encode(`data: ${'x'.repeat(limit + 1)}\n\n`)])).toThrow(tooLarge);
    });
  });

  it('does not count comments or finished events towards the limit', () => {
    const events = Array.from({ length: 50 }, (_, i) => `: keep-alive ${'-'.repeat(100)}\n\ndata: ${i}\n\n`).join('');
    expect(decode([encode(events)], 64)).toHaveLength(50);
  });

  it('refuses junk that never becomes an event, and lets any number of comments pass', () => {
    const decoder = new SseDecoder({ maxEventBytes: 100 });
    const junk = Buffer.from('junk\n');
    expect(() => {
      for (let count = 0; count < 30; count++) decoder.push(junk);
    }).toThrow(GatewayError);
    const patient = new SseDecoder({ maxEventBytes: 100 });
    for (let count = 0; count < 100; count++) expect(patient.push(Buffer.from(': ping\n\n'))).toEqual([]);
  });
});
