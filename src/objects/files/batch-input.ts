/** The input of a batch on its way to the provider: each line names a model that its key may use, by the provider's name of it. */
import { isUtf8 } from 'node:buffer';
import { isObject } from '../../core/dialects/model-request.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { applySplices, scanTopLevel } from '../../core/providers/openai-compatible/json-splice.js';
import { linesOf } from './text-lines.js';

/** A model that lines of the file name. */
export interface LineModel {
  /** As the client wrote it. */
  readonly name: string;
  /** What the provider is to read. */
  readonly model: string;
  readonly deploymentId: string;
}

/** @throws GatewayError for a model that the key may not use, or that is served elsewhere */
export type ResolveLineModel = (name: string) => LineModel;

export interface BatchInputOptions {
  readonly longestLineBytes: number;
  readonly resolve: ResolveLineModel;
  /** False where a line without a model is refused: nobody could say what it may use. */
  readonly mayNameNone: boolean;
}

/** More different models in one file are a mistake: providers take one. */
const mostModels = 32;

export class BatchInput {
  lines = 0;
  private readonly known = new Map<string, LineModel>();

  constructor(private readonly options: BatchInputOptions) {}

  /** Those that the lines read so far name. */
  get models(): readonly LineModel[] {
    return [...this.known.values()];
  }

  /** @throws GatewayError `invalid_request`, or what `resolve` throws, naming the line */
  async *rewrite(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const line of linesOf(content, this.options.longestLineBytes)) {
      this.lines += 1;
      yield this.rewriteLine(line);
    }
  }

  private rewriteLine(line: Buffer): Buffer {
    const text = line.toString('latin1');
    if (text.trim() === '') return line;
    const request = this.parse(line);
    const { body } = request;
    const name = isObject(body) ? body['model'] : undefined;
    if (!isObject(body) || name === undefined || name === null) {
      if (this.options.mayNameNone) return line;
      throw this.refused('has no `body.model`, and this key may use certain models only');
    }
    if (typeof name !== 'string' || name === '') throw this.refused('has a `body.model` that is no name');
    const { model } = this.resolve(name);
    return model === name && this.isPlain(text, request, body) ? line : withModel(text, request, body, model);
  }

  private parse(line: Buffer): Record<string, unknown> {
    let request: unknown;
    try {
      request = isUtf8(line) ? JSON.parse(line.toString('utf8')) : undefined;
    } catch (cause) {
      throw this.refused('is not valid JSON', cause);
    }
    if (!isObject(request)) throw this.refused('is no JSON object in UTF-8');
    return request;
  }

  private resolve(name: string): LineModel {
    const known = this.known.get(name);
    if (known) return known;
    if (this.known.size >= mostModels) throw this.refused(`names more than ${mostModels} different models`);
    try {
      const found = this.options.resolve(name);
      this.known.set(name, found);
      return found;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { code, status, type, param } = error;
      const message = `Line ${this.lines} of the file: ${error.message}`;
      throw new GatewayError(code, { message, status, type, cause: error, ...(param !== undefined && { param }) });
    }
  }

  /** A member that stands twice may be read otherwise by the provider than here: such a line is written anew. */
  private isPlain(text: string, request: object, body: object): boolean {
    const span = scanTopLevel(text, ['body'], request)?.spans.get('body');
    return span !== undefined && scanTopLevel(text.slice(span.start, span.end), ['model'], body) !== undefined;
  }

  private refused(what: string, cause?: unknown): GatewayError {
    const reason = `Line ${this.lines} of the file ${what}. Each line is a request such as {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": ...}}.`;
    return new GatewayError('invalid_request', { param: 'file', facts: { reason }, cause });
  }
}

/** The line's own bytes with the name changed; written anew where that cannot be done safely. */
function withModel(
  text: string,
  request: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
  model: string,
): Buffer {
  const outer = scanTopLevel(text, ['body'], request)?.spans.get('body');
  const inner = outer && scanTopLevel(text.slice(outer.start, outer.end), ['model'], body)?.spans.get('model');
  if (!inner) return Buffer.from(`${JSON.stringify({ ...request, body: { ...body, model } })}\n`);
  const span = { start: outer.start + inner.start, end: outer.start + inner.end };
  return applySplices(text, [{ ...span, text: JSON.stringify(model) }]);
}

/** The first model that a file names; undefined where its first line names none. */
export async function firstModelOf(
  content: AsyncIterable<Uint8Array>,
  longestLineBytes: number,
): Promise<string | undefined> {
  for await (const line of linesOf(content, longestLineBytes)) {
    if (line.toString('latin1').trim() === '') continue;
    try {
      const request: unknown = JSON.parse(line.toString('utf8'));
      const body = isObject(request) ? request['body'] : undefined;
      const model = isObject(body) ? body['model'] : undefined;
      return typeof model === 'string' && model !== '' ? model : undefined;
    } catch {
      return undefined; // what is wrong with the line is said when it is rewritten
    }
  }
  return undefined;
}
