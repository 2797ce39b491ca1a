/** Forms hold what was put into them, and no content can end a part. */
import { Readable } from 'node:stream';
import type { StoredFile } from '../../../schema/uploaded-file.js';
import { toSent } from '../../../transport/sent-body.js';
import { encodeForm, type FormBody, type FormField } from './multipart.js';

function storedFile(text: string, salt: string): StoredFile {
  const source = { size: Buffer.byteLength(text), read: () => Readable.from([Buffer.from(text)]) };
  return { name: 'a.wav', contentType: 'audio/wav', source, salt };
}

async function bytesOf(form: FormBody): Promise<Buffer> {
  const { body } = toSent({ headers: {}, ...form });
  if (!(body instanceof Readable)) return Buffer.from(body ?? '');
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function read(form: FormBody): Promise<[string, string][]> {
  const parsed = await new Response(Uint8Array.from(await bytesOf(form)), {
    headers: { 'content-type': form.contentType },
  }).formData();
  const texts = [...parsed].map(async ([name, value]): Promise<[string, string]> => [
    name,
    typeof value === 'string' ? value : `${value.name} (${value.type}) ${await value.text()}`,
  ]);
  return Promise.all(texts);
}

const inMemory = { name: 'b "1"\r\n.png', contentType: 'image/png\r\nx-evil: 1', bytes: Buffer.from('two') };

it('is one piece where everything is in memory, and several where something is not', async () => {
  const fields: FormField[] = [
    ['model', 'm'],
    ['image', inMemory],
  ];
  const whole = encodeForm(fields);
  expect(whole.body).toBeInstanceOf(Buffer);
  const pieced = encodeForm([...fields, ['file', storedFile('one', '1')]]);
  expect(pieced).toMatchObject({ pieces: expect.any(Array) as unknown });
  const image = ['image', 'b "1"\r\n.png (application/octet-stream) two'];
  expect(await read(whole)).toEqual([['model', 'm'], image]);
  expect(await read(pieced)).toEqual([['model', 'm'], image, ['file', 'a.wav (audio/wav) one']]);
});

it('gives the same bytes each time that it is read', async () => {
  const form = encodeForm([['file', storedFile('one', '1')]]);
  expect(await bytesOf(form)).toEqual(await bytesOf(form));
});

it('makes its boundary of what the writer of a stored file could not know', () => {
  const boundary = (salt: string): string => encodeForm([['file', storedFile('one', salt)]]).contentType;
  expect(boundary('1')).toBe(boundary('1'));
  expect(boundary('1')).not.toBe(boundary('2'));
});

it('takes another boundary where a value holds the first', async () => {
  const filler = 'y'.repeat(5_000);
  const first = encodeForm([['a', `${filler}${'z'.repeat(39)}`]]);
  const boundary = first.contentType.replace(/.*boundary=/, '');
  expect(boundary).toHaveLength(39);
  const second = encodeForm([['a', `${filler}${boundary}`]]);
  expect(second.contentType).not.toBe(first.contentType);
  expect(await read(second)).toEqual([['a', `${filler}${boundary}`]]);
});
