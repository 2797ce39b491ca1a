/** Answers as bytes for stores outside the process: versioned, checked, bound to their key, and compressed where that pays. */
import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import type { RecordedAnswer } from '../core/spec/response-cache.js';

const compress = promisify(deflate);
const decompress = promisify(inflate);

/** A new one for whatever is written in another way: entries of others are not there. */
const mark = Buffer.from('TGA1');
const plain = 0;
const deflated = 1;
/** The mark, how the rest is packed, and its checksum. */
const headBytes = mark.length + 5;
const worthCompressing = 1_024;

type Head = Omit<RecordedAnswer, 'parts'> & {
  /** An entry that was moved to another key is none. */
  readonly key: string;
  readonly lengths: readonly number[];
};

export async function encodeAnswer(key: string, { parts, ...facts }: RecordedAnswer): Promise<Buffer> {
  const head: Head = { key, ...facts, lengths: parts.map((part) => part.length) };
  const text = Buffer.from(JSON.stringify(head));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(text.length);
  const body = Buffer.concat([size, text, ...parts]);
  const packed = body.length < worthCompressing ? body : await compress(body, { level: 1 });
  const isSmaller = packed.length < body.length;
  const kept = isSmaller ? packed : body;
  const start = Buffer.alloc(headBytes);
  mark.copy(start);
  start.writeUInt8(isSmaller ? deflated : plain, mark.length);
  start.writeUInt32BE(crc32(kept), mark.length + 1);
  return Buffer.concat([start, kept]);
}

/**
 * Undefined for what is no whole entry of this version under this key.
 *
 * @param maxBytes of what is unpacked
 */
export async function decodeAnswer(key: string, bytes: Buffer, maxBytes: number): Promise<RecordedAnswer | undefined> {
  if (bytes.length < headBytes || !bytes.subarray(0, mark.length).equals(mark)) return undefined;
  const kept = bytes.subarray(headBytes);
  if (crc32(kept) !== bytes.readUInt32BE(mark.length + 1)) return undefined;
  const packing = bytes.readUInt8(mark.length);
  if (packing !== plain && packing !== deflated) return undefined;
  try {
    const body = packing === plain ? kept : await decompress(kept, { maxOutputLength: maxBytes });
    return readBody(key, body);
  } catch {
    // Broken in a way that the checksum does not show, or larger than it may be: as good as not there.
    return undefined;
  }
}

function readBody(key: string, body: Buffer): RecordedAnswer | undefined {
  const headLength = body.readUInt32BE(0);
  const head = JSON.parse(body.toString('utf8', 4, 4 + headLength)) as Head;
  const { key: own, lengths, ...facts } = head;
  if (own !== key || !isAnswer(facts)) return undefined;
  let at = 4 + headLength;
  const parts = lengths.map((length) => body.subarray(at, (at += length)));
  return at === body.length ? { ...facts, parts } : undefined;
}

function isAnswer({ form, storedAtMs, expiresAtMs }: Omit<Head, 'key' | 'lengths'>): boolean {
  return (form === 'whole' || form === 'stream') && typeof storedAtMs === 'number' && typeof expiresAtMs === 'number';
}
