/** Writes a stream's events as the elements of one JSON array, which is how Google streams to clients that do not ask for events. */
import type { GatewayError } from '../core/errors/gateway-error.js';
import { SseDecoder } from '../core/transport/sse-decoder.js';
import { SseWriter } from './sse-writer.js';

export class JsonArrayWriter extends SseWriter {
  protected override readonly streamType = 'application/json; charset=utf-8';
  private begunArray = false;
  private readonly decoder = new SseDecoder();

  /** @param part whole events, in any form that the provider gave them */
  override write(part: Buffer | string): boolean {
    let elements = '';
    for (const { data } of this.decoder.push(Buffer.from(part))) elements += this.element(data);
    return elements === '' || super.write(elements);
  }

  override end(): void {
    this.response.end(this.begunArray ? '\n]' : '[]');
  }

  protected override breakOff(error: GatewayError): void {
    this.response.end(`${this.element(this.errors.body(error))}\n]`);
  }

  private element(json: string): string {
    const before = this.begunArray ? ',\n' : '[';
    this.begunArray = true;
    return before + json.trimEnd();
  }
}
