import { WholeEventDecoder } from './whole-event-decoder.js';

const stream =
  ': hello\n\nevent: a\ndata: {"x":"Zażółć 🦄"}\n\ndata: one\r\ndata: two\r\n\r\ndata: end\n\ndata: after\n\n';
const bytes = Buffer.from(stream);

function run(pieces: readonly Buffer[]): { seen: string[]; passed: string } {
  const decoder = new WholeEventDecoder();
  const seen: string[] = [];
  const passed: Buffer[] = [];
  let finished = false;
  for (const piece of pieces) {
    if (finished) break;
    const out = decoder.push(piece, (data) => {
      seen.push(data);
      finished = data === ' end';
      return finished;
    });
    if (out) passed.push(out);
  }
  return { seen, passed: Buffer.concat(passed).toString() };
}

describe('WholeEventDecoder', () => {
  const wanted = {
    seen: [' {"x":"Zażółć 🦄"}', ' one\n two', ' end'],
    passed: stream.slice(0, stream.indexOf('data: after')),
  };

  it('shows the data of whole events and passes their bytes, up to the last that counts', () => {
    expect(run([bytes])).toEqual(wanted);
  });

  it('does the same for bytes cut anywhere', () => {
    for (let at = 1; at < bytes.length; at += 1)
      expect(run([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(wanted);
    expect(run([...bytes].map((byte) => Buffer.from([byte])))).toEqual(wanted);
  });

  it('passes the very buffer on where all of it counts', () => {
    const whole = Buffer.from('data: a\n\ndata: b\n\n');
    const passed = new WholeEventDecoder().push(whole, () => false);
    expect([passed?.buffer === whole.buffer, passed?.length]).toEqual([true, whole.length]);
  });

  it('keeps what was good before a fault', () => {
    const decoder = new WholeEventDecoder();
    const read = (data: string): boolean => {
      if (data.includes('bad')) throw new Error('fault');
      return false;
    };
    expect(() => decoder.push(Buffer.from('data: good\n\ndata: bad\n\n'), read)).toThrow('fault');
    expect(String(decoder.beforeFault)).toBe('data: good\n\n');
  });

  it('joins an event of many pieces once its end has come', () => {
    const event = Buffer.from(`data: ${'x'.repeat(900)}\r\n\r\n`);
    const concat = jest.spyOn(Buffer, 'concat');
    expect(run(Array.from({ length: 10 }, (_, at) => event.subarray(at * 91, (at + 1) * 91)))).toEqual({
      seen: [` ${'x'.repeat(900)}`],
      passed: event.toString(),
    });
    // The event, and what the test itself joins.
    expect(concat).toHaveBeenCalledTimes(2);
    concat.mockRestore();
  });

  it('takes larger events where it is told to', () => {
    const event = Buffer.from(`data: ${'x'.repeat(2 * 1024 * 1024)}\n\n`);
    expect(new WholeEventDecoder(4 * 1024 * 1024).push(event, () => false)).toHaveLength(event.length);
    expect(() => new WholeEventDecoder(10).push(Buffer.from('data: 56789'), () => false)).toThrow('than 10 bytes');
  });

  it('refuses an event above the limit while it is still incomplete', () => {
    const decoder = new WholeEventDecoder();
    expect(() => decoder.push(Buffer.alloc(1024 * 1024 + 1, 'x'), () => false)).toThrow('larger than 1048576 bytes');
  });

  it('refuses an event above the limit however its bytes come, and keeps what was good before it', () => {
    const long = Buffer.from(`data: good\n\ndata: ${'x'.repeat(1024 * 1024)}\n\n`);
    const last = 20_000;
    for (const pieces of [[long], [long.subarray(0, -last), long.subarray(-last)]]) {
      const decoder = new WholeEventDecoder();
      const passed: (Buffer | undefined)[] = [];
      expect(() => {
        for (const piece of pieces) passed.push(decoder.push(piece, () => false));
      }).toThrow('larger than 1048576 bytes');
      expect([...passed, decoder.beforeFault].join('')).toBe('data: good\n\n');
    }
  });
});
