/** A provider with OpenAI's files and batches: what is uploaded is kept, and a batch is finished when a test says so. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface KeptFile {
  readonly id: string;
  readonly filename: string;
  readonly purpose: string;
  readonly content: Buffer;
  /** The other fields that came with it. */
  readonly fields: Readonly<Record<string, string>>;
}

type Batch = Record<string, unknown> & { id: string; status: string; input_file_id: string };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export interface OutputLine {
  readonly model: string;
  readonly usage?: Readonly<Record<string, number>>;
  readonly status?: number;
}

/** The lines of an output file, as OpenAI writes them. */
export function outputOf(lines: readonly OutputLine[]): string {
  const texts = lines.map(({ model, usage, status = 200 }, index) =>
    JSON.stringify({
      id: `batch_req_${index}`,
      custom_id: String(index),
      response: { status_code: status, request_id: `r${index}`, body: { object: 'chat.completion', model, usage } },
      error: null,
    }),
  );
  return texts.map((text) => `${text}\n`).join('');
}

export class BatchProvider {
  readonly files = new Map<string, KeptFile>();
  readonly batches = new Map<string, Batch>();
  readonly seen: SeenRequest[] = [];
  /** A batch that has been asked for so often is finished, with one answer for each line of its input. */
  finishesAfter = Infinity;
  /** How many bytes of an output are sent before the connection breaks; all of them where it is not set. */
  breaksContentAfter: number | undefined;
  private readonly asked = new Map<string, number>();
  private readonly server: Server = createServer((request, response) => {
    // An upload that breaks off is one that nothing is kept of.
    this.answer(request, response).catch(() => response.destroy());
  });
  private made = 0;

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  countOf(method: string, path: RegExp): number {
    return this.seen.filter((request) => request.method === method && path.test(request.path)).length;
  }

  get lastFile(): KeptFile {
    return lastOf(this.files);
  }

  get lastBatch(): Batch {
    return lastOf(this.batches);
  }

  /** Ends a batch with this output. */
  finish(id: string, output: string | undefined, members: Readonly<Record<string, unknown>> = {}): void {
    const batch = this.batches.get(id);
    if (!batch) throw new Error(`There is no batch ${id}.`);
    const outputId = output === undefined ? null : this.keep('output.jsonl', 'batch_output', Buffer.from(output)).id;
    Object.assign(batch, { status: 'completed', output_file_id: outputId, completed_at: 1_764_000_100, ...members });
  }

  private keep(
    filename: string,
    purpose: string,
    content: Buffer,
    fields: Readonly<Record<string, string>> = {},
  ): KeptFile {
    this.made += 1;
    const file = { id: `file-provider-${this.made}`, filename, purpose, content, fields };
    this.files.set(file.id, file);
    return file;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.seen.push({ method, path: url, headers });
    const [, kind, id, action] = /\/(files|batches)(?:\/([^/?]+))?(?:\/(content|cancel))?(?:\?.*)?$/.exec(url) ?? [];
    const body = await bytesOf(request);
    if (kind === 'files' && id === undefined && method === 'POST')
      return json(response, fileObject(await this.take(body, headers)));
    if (kind === 'batches' && id === undefined && method === 'POST') return this.create(body, response);
    const file = this.files.get(id ?? '');
    const batch = this.batches.get(id ?? '');
    if (kind === 'batches' && batch) return json(response, action === 'cancel' ? cancelled(batch) : this.look(batch));
    if (kind !== 'files' || !file) return refuse(response, 404, `No such object: ${id}`);
    if (action === 'content') return this.send(file, response);
    if (method === 'DELETE') this.files.delete(file.id);
    return json(response, method === 'DELETE' ? { id: file.id, object: 'file', deleted: true } : fileObject(file));
  }

  private async take(body: Buffer, headers: IncomingMessage['headers']): Promise<KeptFile> {
    const type = { 'content-type': headers['content-type'] ?? '' };
    const form = await new Response(body, { headers: type }).formData();
    const fields: Record<string, string> = {};
    for (const [name, value] of form) if (typeof value === 'string') fields[name] = value;
    const file = form.get('file') as File;
    return this.keep(file.name, fields['purpose'] ?? '', Buffer.from(await file.arrayBuffer()), fields);
  }

  private create(body: Buffer, response: ServerResponse): void {
    const order = JSON.parse(body.toString()) as Batch;
    if (!this.files.has(order.input_file_id)) return refuse(response, 400, 'The input is not here.');
    this.made += 1;
    const batch: Batch = {
      ...order,
      id: `batch_provider_${this.made}`,
      object: 'batch',
      errors: null,
      status: 'validating',
      output_file_id: null,
      error_file_id: null,
      created_at: 1_764_000_000,
      request_counts: { total: 0, completed: 0, failed: 0 },
    };
    this.batches.set(batch.id, batch);
    return json(response, batch);
  }

  private look(batch: Batch): Batch {
    const times = (this.asked.get(batch.id) ?? 0) + 1;
    this.asked.set(batch.id, times);
    if (times >= this.finishesAfter && batch.status !== 'completed') {
      const input = this.files.get(batch.input_file_id)?.content.toString() ?? '';
      const lines = input.split('\n').filter((line) => line.trim() !== '');
      const models = lines.map((line) => (JSON.parse(line) as { body: { model: string } }).body.model);
      const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
      this.finish(batch.id, outputOf(models.map((model) => ({ model, usage }))));
    }
    return batch;
  }

  private send({ content }: KeptFile, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length });
    if (this.breaksContentAfter === undefined) response.end(content);
    else response.write(content.subarray(0, this.breaksContentAfter), () => response.destroy());
  }
}

function cancelled(batch: Batch): Batch {
  return Object.assign(batch, { status: 'cancelling' });
}

function lastOf<Value>(map: ReadonlyMap<string, Value>): Value {
  const last = [...map.values()].at(-1);
  if (last === undefined) throw new Error('Nothing has come yet.');
  return last;
}

function fileObject({ id, filename, purpose, content }: KeptFile): object {
  return {
    id,
    object: 'file',
    bytes: content.length,
    created_at: 1_764_000_000,
    filename,
    purpose,
    status: 'processed',
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const error = { message, type: 'invalid_request_error', param: null, code: null };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}
