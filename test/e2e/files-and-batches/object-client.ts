/** One key's files and batches, over HTTP. */
import type { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

export interface Listed {
  readonly data: readonly { readonly id: string }[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

export type Fields = Readonly<Record<string, string | Blob>>;

export class ObjectClient {
  constructor(
    private readonly gateway: TestGateway,
    private readonly key: string,
  ) {}

  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    return this.gateway.send({ method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  }

  /** Fields in their order, so that a test can put the file before what is said of it. */
  async form(fields: Fields, path = '/v1/files', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields))
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value, 'input.jsonl');
    const encoded = new Response(form);
    return this.gateway.send({
      method: 'POST',
      path,
      headers: {
        authorization: `Bearer ${this.key}`,
        'content-type': encoded.headers.get('content-type') ?? '',
        ...headers,
      },
      body: Buffer.from(await encoded.arrayBuffer()),
    });
  }

  /** The input of a batch; its id. */
  async upload(lines: string, fields: Fields = {}): Promise<string> {
    const answer = await this.form({ purpose: 'batch', ...fields, file: new Blob([lines]) });
    return idOf(answer);
  }

  async createBatch(fileId: string): Promise<string> {
    return idOf(
      await this.ask('POST', '/v1/batches', {
        input_file_id: fileId,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      }),
    );
  }
}

export function lineOf(model: string, id = '1'): string {
  const body = { model, messages: [{ role: 'user', content: 'Zażółć' }] };
  return `${JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body })}\n`;
}

function idOf(answer: Answer): string {
  const { id } = answer.json as { id?: unknown };
  if (answer.status !== 200 || typeof id !== 'string') throw new Error(`${answer.status} ${answer.text}`);
  return id;
}
