/** Finds the text messages in the bytes that a WebSocket server sends; what it cannot follow it leaves alone. */
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2

/** A longer message tells of no usage that anybody would send. */
const maxMessageBytes = 1024 * 1024;

const textCode = 1;
const continuationCode = 0;

export class TextMessages {
  private header = Buffer.alloc(0);
  /** Bytes of the frame's payload that are still to come. */
  private missing = 0;
  private code = 0;
  private isFinal = false;
  private parts: Buffer[] = [];
  private bytes = 0;
  /** Whether the message that has begun is a text that fits. */
  private isKept = false;

  constructor(private readonly take: (text: string) => void) {}

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.missing > 0) rest = this.payload(rest);
      else rest = this.frameHead(rest);
    }
  }

  private payload(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.missing);
    this.missing -= part.length;
    if (this.isOfMessage && this.isKept) {
      this.bytes += part.length;
      if (this.bytes > maxMessageBytes) this.forget();
      else this.parts.push(part);
    }
    if (this.missing === 0) this.endFrame();
    return bytes.subarray(part.length);
  }

  private frameHead(bytes: Buffer): Buffer {
    const known = this.header.length;
    const header = known === 0 ? bytes : Buffer.concat([this.header, bytes]);
    const size = headSize(header);
    if (size === undefined || header.length < size) {
      this.header = Buffer.from(header);
      return bytes.subarray(bytes.length);
    }
    this.header = Buffer.alloc(0);
    this.isFinal = ((header[0] ?? 0) & 0x80) !== 0;
    this.code = (header[0] ?? 0) & 0x0f;
    this.missing = payloadLength(header);
    if (this.code === textCode) {
      this.parts = [];
      this.bytes = 0;
      this.isKept = true;
    }
    if (this.missing === 0) this.endFrame();
    return bytes.subarray(size - known);
  }

  /** Control frames stand between the frames of a message. */
  private get isOfMessage(): boolean {
    return this.code === textCode || this.code === continuationCode;
  }

  private endFrame(): void {
    if (!this.isFinal || !this.isOfMessage) return;
    if (this.isKept) this.take(Buffer.concat(this.parts).toString());
    this.forget();
  }

  private forget(): void {
    this.parts = [];
    this.bytes = 0;
    this.isKept = false;
  }
}

/** Servers do not mask. */
function headSize(header: Buffer): number | undefined {
  if (header.length < 2) return undefined;
  const length = (header[1] ?? 0) & 0x7f;
  const mask = ((header[1] ?? 0) & 0x80) === 0 ? 0 : 4;
  return (length === 126 ? 4 : length === 127 ? 10 : 2) + mask;
}

function payloadLength(header: Buffer): number {
  const length = (header[1] ?? 0) & 0x7f;
  if (length === 126) return header.readUInt16BE(2);
  return length === 127 ? Number(header.readBigUInt64BE(2)) : length;
}
