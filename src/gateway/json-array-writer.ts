/** Writes a stream's events as the elements of one JSON array, which is how Google streams to clients that do not ask for events. */
import type { GatewayError } from '../core/errors/gateway-error.js';
import { SseWriter } from './sse-writer.js';

const dataLine = /^data: ?(.*)$/gm;

export class JsonArrayWriter extends SseWriter {
  protected override readonly streamType = 'application/json; charset=utf-8';
  private begunArray = false;

  /** @param part whole events, each with its data on one line */
  override write(part: Buffer | string): boolean {
    const text = part.toString();
    let elements = '';
    for (const [, data = ''] of text.matchAll(dataLine)) elements += this.element(data);
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
