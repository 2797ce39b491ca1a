/** Forms with files of any size: read as they come, bounded, and gone from the disk when they are closed. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GatewayError } from '../core/errors/gateway-error.js';
import { readUpload, type UploadForm } from './upload-form.js';

const limit = 100_000;
let server: Server;
let port: number;
let read: (request: IncomingMessage) => Promise<unknown>;

beforeAll(async () => {
  server = createServer((request, response) => {
    read(request).then(
      (seen) => response.end(JSON.stringify(seen)),
      (error: unknown) => {
        const { code, message, param } = error as GatewayError;
        response.writeHead(400).end(JSON.stringify({ code, message, param }));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function contentOf({ file }: UploadForm): Promise<string | undefined> {
  if (!file) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of file.content.read()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

beforeEach(() => {
  read = async (request) => {
    const form = await readUpload(request, 'file', limit);
    try {
      const twice = [await contentOf(form), await contentOf(form)];
      return {
        fields: form.fields,
        name: form.file?.name,
        type: form.file?.contentType,
        bytes: form.file?.content.size,
        twice,
      };
    } finally {
      await form.close();
    }
  };
});

async function send(body: FormData | string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
  return (await response.json()) as Record<string, unknown>;
}

function form(...fields: readonly (readonly [string, string | Blob, string?])[]): FormData {
  const made = new FormData();
  for (const [name, value, filename] of fields)
    if (typeof value === 'string') made.append(name, value);
    else made.append(name, value, filename);
  return made;
}

it('gives texts and the file, wherever the file stands, as often as it is read', async () => {
  const file = new Blob(['RIFF\r\n--x\r\n\0ż'], { type: 'application/jsonl' });
  expect(await send(form(['file', file, 'zoë "1".jsonl'], ['purpose', 'batch'], ['a[b]', 'ż'], ['a[b]', '2']))).toEqual(
    {
      fields: [
        ['purpose', 'batch'],
        ['a[b]', 'ż'],
        ['a[b]', '2'],
      ],
      name: 'zoë "1".jsonl',
      type: 'application/jsonl',
      bytes: 14,
      twice: ['RIFF\r\n--x\r\n\0ż', 'RIFF\r\n--x\r\n\0ż'],
    },
  );
});

it('takes a file that just fits, and no byte more', async () => {
  const fits = await send(form(['file', new Blob(['x'.repeat(limit)]), 'a']));
  expect(fits['bytes']).toBe(limit);
  const over = await send(form(['file', new Blob(['x'.repeat(limit + 1)]), 'a']));
  expect(over).toMatchObject({
    code: 'body_too_large',
    param: 'file',
    message: expect.stringContaining('max_file_size_mb') as string,
  });
});

it('refuses by its length alone what is far too long', async () => {
  expect(await send(form(['file', new Blob(['x'.repeat(2_000_000)]), 'a']))).toMatchObject({ code: 'body_too_large' });
});

it.each([
  ['two files', form(['file', new Blob(['1']), 'a'], ['file', new Blob(['2']), 'b']), 'invalid_request'],
  ['a file under another name', form(['mask', new Blob(['1']), 'a']), 'invalid_request'],
  ['a text that is too long', form(['purpose', 'x'.repeat(70_000)]), 'invalid_request'],
  ['too many texts', form(...Array.from({ length: 102 }, (_, at) => [`f${at}`, 'x'] as const)), 'malformed_request'],
])('refuses %s', async (_what, body, code) => {
  expect(await send(body)).toMatchObject({ code });
});

it.each([
  [
    'a form that breaks off',
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    'multipart/form-data; boundary=x',
  ],
  ['no boundary', 'abc', 'multipart/form-data'],
])('refuses %s', async (_what, body, type) => {
  expect(await send(body, { 'content-type': type })).toMatchObject({ code: 'malformed_request' });
});

it('has no file where the form has none', async () => {
  expect(await send(form(['purpose', 'batch'], ['file', 'a text']))).toMatchObject({
    fields: [
      ['purpose', 'batch'],
      ['file', 'a text'],
    ],
    twice: [null, null],
  });
});

it('a client that leaves in the midst of it is told apart from a form that is wrong', async () => {
  const failed = new Promise<unknown>((resolve) => {
    read = (request) => readUpload(request, 'file', limit).catch((error: unknown) => (resolve(error), undefined));
  });
  const outgoing = httpRequest({
    port,
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  outgoing.on('error', () => undefined);
  outgoing.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc');
  setTimeout(() => outgoing.destroy(), 50);
  expect(await failed).toMatchObject({ code: 'client_closed' });
});
