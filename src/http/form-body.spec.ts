/** Small files are in memory, large ones on disk under no name, and nothing is left of either. */
import type { IncomingMessage } from 'node:http';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { isStored, type StoredFile, type UploadedFile } from '../core/schema/uploaded-file.js';
import { readForm as readFormIn, type FormBody } from './form-body.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-form-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const large = Buffer.alloc(1_000_000, 'RIFF');

const readForm = (request: IncomingMessage, limitBytes: number): Promise<FormBody> =>
  readFormIn(request, limitBytes, folder);

function requestOf(body: string | Buffer, cut = 64 * 1024): IncomingMessage {
  const bytes = Buffer.from(body as string);
  const pieces = Array.from({ length: Math.ceil(bytes.length / cut) }, (_, at) =>
    bytes.subarray(at * cut, (at + 1) * cut),
  );
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  return Object.assign(Readable.from(pieces, { objectMode: false }), { headers }) as unknown as IncomingMessage;
}

const text = (name: string, value: string): string =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (content: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
    Buffer.from(content as string),
    Buffer.from('\r\n'),
  ]);
const formOf = (...parts: (string | Buffer)[]): Buffer =>
  Buffer.concat([...parts, '--x--'].map((part) => Buffer.from(part as string)));

function fileOf({ fields }: FormBody): UploadedFile {
  const [value] = fields.get('file') ?? [];
  if (typeof value !== 'object') throw new Error('There is no file.');
  return value;
}

async function bytesOf({ source }: StoredFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Files of the folder that this process holds open, named or not. */
function openFiles(): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that lists the others is closed again.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder)).length;
}

it('keeps texts and small files in memory', async () => {
  const body = formOf(text('model', 'ears'), text('tag', 'é'), text('tag', ''), file('small'));
  const form = await readForm(requestOf(body), 10_000);
  expect(form.length).toBe(body.length);
  expect(form.fields.get('model')).toEqual(['ears']);
  expect(form.fields.get('tag')).toEqual(['é', '']);
  expect(fileOf(form)).toEqual({ name: 'a.wav', contentType: 'application/octet-stream', bytes: Buffer.from('small') });
  await form.close();
});

it('keeps a large file on disk, where it can be read again and has no name', async () => {
  const form = await readForm(requestOf(formOf(text('model', 'ears'), file(large))), 2_000_000);
  const stored = fileOf(form);
  if (!isStored(stored)) throw new Error('It is in memory.');
  expect(stored.source.size).toBe(large.length);
  expect((await bytesOf(stored)).equals(large)).toBe(true);
  expect((await bytesOf(stored)).equals(large)).toBe(true);
  expect([readdirSync(folder), openFiles()]).toEqual([[], 1]);
  await form.close();
  expect(openFiles()).toBe(0);
  await expect(bytesOf(stored)).rejects.toThrow();
});

it('keeps no more of many files in memory than of one', async () => {
  const form = await readForm(
    requestOf(formOf(...Array.from({ length: 10 }, () => file(large.subarray(0, 100_000))))),
    2_000_000,
  );
  const files = (form.fields.get('file') ?? []) as UploadedFile[];
  expect(files.map(isStored)).toEqual([false, false, ...Array.from({ length: 8 }, () => true)]);
  for (const stored of files.filter(isStored)) expect(await bytesOf(stored)).toHaveLength(100_000);
  await form.close();
  expect(openFiles()).toBe(0);
});

it.each([
  ['that is cut off', formOf(file(large)).subarray(0, -10), 2_000_000, 'malformed_request'],
  ['beyond the limit', formOf(file(large)), 900_000, 'body_too_large'],
  ['with a broken part after its file', formOf(file(large), '--x\r\n\r\n\r\n'), 2_000_000, 'malformed_request'],
])('leaves nothing of a form %s', async (_what, body, limit, code) => {
  await expect(readForm(requestOf(body), limit)).rejects.toMatchObject({ code });
  expect([readdirSync(folder), openFiles()]).toEqual([[], 0]);
});

it('leaves nothing of a client that leaves', async () => {
  const request = Object.assign(new Readable({ read: () => undefined }), {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  const reading = readForm(request as unknown as IncomingMessage, 2_000_000);
  request.push(file(large).subarray(0, 600_000));
  while (openFiles() === 0) await new Promise((resolve) => setImmediate(resolve));
  request.destroy();
  await expect(reading).rejects.toMatchObject({ code: 'client_closed' });
  expect(openFiles()).toBe(0);
});

it('refuses texts that are too large together, or no UTF-8', async () => {
  const texts = formOf(text('a', 'y'.repeat(3_000_000)), text('b', 'y'.repeat(3_000_000)));
  await expect(readForm(requestOf(texts), 10_000_000)).rejects.toMatchObject({ code: 'malformed_request' });
  const latin = Buffer.from(formOf(text('a', '\xe9')).toString(), 'latin1');
  await expect(readForm(requestOf(latin), 10_000)).rejects.toMatchObject({ code: 'malformed_request' });
});

it('says so where the disk takes no more', async () => {
  const reading = readFormIn(requestOf(formOf(file(large))), 2_000_000, join(folder, 'missing'));
  await expect(reading).rejects.toMatchObject({ code: 'upload_storage_unavailable', status: 503 });
});
