import { ByteLog } from './byte-log.js';

describe('a byte log', () => {
  it('keeps what was appended, in order, however it was cut', () => {
    const text = 'abcdefghij'.repeat(2_000);
    const log = new ByteLog(1_000_000);
    for (let at = 0; at < text.length; at += 7) log.append(Buffer.from(text.slice(at, at + 7)));
    expect(log.view().toString()).toBe(text);
  });

  it('keeps no more than its limit', () => {
    const log = new ByteLog(10);
    log.append(Buffer.from('12345678'));
    log.append(Buffer.from('90abc'));
    log.append(Buffer.from('def'));
    expect(log.view().toString()).toBe('1234567890');
  });

  it('is empty at first', () => {
    expect(new ByteLog(10).view()).toHaveLength(0);
  });

  it('keeps a copy: what was appended may change afterwards', () => {
    const log = new ByteLog(10);
    const bytes = Buffer.from('abc');
    log.append(bytes);
    bytes.fill('x');
    expect(log.view().toString()).toBe('abc');
  });
});
