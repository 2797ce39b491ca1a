/** The calls of files and batches, made by the `openai` package from npm; Node runs this file, and it prints what it saw as JSON. */
import { createReadStream } from 'node:fs';
import OpenAI, { APIError, toFile } from 'openai';

/** Given as JSON in the first argument. */
export interface ObjectClientOptions {
  readonly baseUrl: string;
  readonly key: string;
  /** A key that the objects do not belong to. */
  readonly otherKey: string;
  /** The path of an input whose lines name the model `mini`. */
  readonly inputPath: string;
}

const { baseUrl: baseURL, key, otherKey, inputPath } = JSON.parse(process.argv[2] ?? '') as ObjectClientOptions;
const client = new OpenAI({ baseURL, apiKey: key, maxRetries: 0 });
const other = new OpenAI({ baseURL, apiKey: otherKey, maxRetries: 0 });

async function statusOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof APIError) return `${error.constructor.name} ${String(error.status)}`;
    throw error;
  }
  return 'no error';
}

async function finished(id: string): Promise<OpenAI.Batch> {
  for (let looks = 0; looks < 100; looks += 1) {
    const batch = await client.batches.retrieve(id);
    if (batch.status === 'completed') return batch;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The batch does not end.');
}

const input = await client.files.create({ file: createReadStream(inputPath), purpose: 'batch' });
const note = await client.files.create({
  file: await toFile(Buffer.from('{"a":1}'), 'zoë.json'),
  purpose: 'user_data',
  expires_after: { anchor: 'created_at', seconds: 3600 },
});
const created = await client.batches.create({
  input_file_id: input.id,
  endpoint: '/v1/chat/completions',
  completion_window: '24h',
  metadata: { team: 'one' },
});
const done = await finished(created.id);
const output = await client.files.content(done.output_file_id ?? '');
const lines = (await output.text()).trim().split('\n');

const names: string[] = [];
for await (const { filename } of client.files.list({ limit: 1, order: 'asc' })) names.push(filename);
const batches: string[] = [];
for await (const { id } of client.batches.list({ limit: 1 })) batches.push(id);

const second = await client.batches.create({
  input_file_id: input.id,
  endpoint: '/v1/chat/completions',
  completion_window: '24h',
});
const seen = {
  input: [input.object, input.purpose, input.filename, /^file-[0-9a-f]{32}$/.test(input.id)],
  kept: await (await client.files.content(note.id)).text(),
  retrieved: (await client.files.retrieve(note.id)).id === note.id,
  batch: [created.object, created.status, created.metadata, created.input_file_id === input.id],
  done: [done.status, done.output_file_id !== null, done.error_file_id ?? null],
  answers: lines.map((line) => (JSON.parse(line) as { response: { body: { model: string } } }).response.body.model),
  names: names.map((name) => name.replace(/batch_[0-9a-f]{32}/, 'batch')),
  batches: batches.length === 1 && batches[0] === created.id,
  cancelled: (await client.batches.cancel(second.id)).status,
  deleted: await client.files.delete(note.id).then(({ id, deleted }) => [id === note.id, deleted]),
  gone: await statusOf(client.files.retrieve(note.id)),
  ofOthers: await Promise.all([
    statusOf(other.files.retrieve(input.id)),
    statusOf(other.files.content(done.output_file_id ?? '')),
    statusOf(other.batches.retrieve(created.id)),
    statusOf(other.batches.cancel(created.id)),
  ]),
  noPurpose: await statusOf(client.files.create({ file: await toFile(Buffer.from('x'), 'x') } as never)),
  noInput: await statusOf(
    client.batches.create({ input_file_id: 'file-none', endpoint: '/v1/embeddings', completion_window: '24h' }),
  ),
};
console.log(JSON.stringify(seen));
