/** Forms are read part by part however their bytes are cut, and what is no form is refused. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { FormParts, type FormLimits, type FormPart } from './form-parts.js';

const limits: FormLimits = { bytes: 1_000_000, parts: 10 };
const type = 'multipart/form-data; boundary=x';

function requestOf(pieces: Iterable<Buffer | string>, headers: Record<string, string> = {}): IncomingMessage {
  const buffers = [...pieces].map((piece) => Buffer.from(piece as string));
  const stream = Readable.from(buffers, { objectMode: false });
  return Object.assign(stream, { headers: { 'content-type': type, ...headers } }) as unknown as IncomingMessage;
}

function openRequest(): Readable & IncomingMessage {
  const stream = new Readable({ read: () => undefined });
  return Object.assign(stream, { headers: { 'content-type': type } }) as unknown as Readable & IncomingMessage;
}

async function textOf({ content }: FormPart): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function readAll(request: IncomingMessage, given: FormLimits = limits): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const part of new FormParts(request, given)) read.push([part.name, part.file, await textOf(part)]);
  return read;
}

const part = (name: string, content: string): string =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;
const filePart = (fileName: string, content: string): string =>
  `--x\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: audio/wav\r\n\r\n${content}\r\n`;
const form = `preamble\r\n${part('model', 'ears')}${filePart('a.wav', 'RIFF\r\n--\r\n-x')}${part('empty', '')}--x--\r\nepilogue`;
const read = [
  ['model', undefined, 'ears'],
  ['file', { name: 'a.wav', contentType: 'audio/wav' }, 'RIFF\r\n--\r\n-x'],
  ['empty', undefined, ''],
];

it('gives texts and files in their order', async () => {
  expect(await readAll(requestOf([form]))).toEqual(read);
});

it('reads the same however the bytes are cut', async () => {
  for (let at = 1; at < form.length; at += 1)
    expect(await readAll(requestOf([form.slice(0, at), form.slice(at)]))).toEqual(read);
  expect(await readAll(requestOf(form))).toEqual(read);
});

it('reads what the platform writes, whatever the content and however it is cut', async () => {
  const alphabet = ['\r', '\n', '-', '--', '\r\n--', 'x', 'é', '\0'];
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const text = (): string => Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join('');
  for (let round = 0; round < 100; round += 1) {
    const given = new FormData();
    const expected = Array.from({ length: random(5) }, (_, at) => {
      const content = text();
      given.append(`file ${at}`, new File([content], 'a "b".bin', { type: 'a/b' }));
      return [`file ${at}`, { name: 'a "b".bin', contentType: 'a/b' }, content];
    });
    const written = new Response(given);
    const bytes = Buffer.from(await written.arrayBuffer());
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length;) pieces.push(bytes.subarray(at, (at += 1 + random(30))));
    const headers = { 'content-type': written.headers.get('content-type') ?? '' };
    expect(await readAll(requestOf(pieces, headers))).toEqual(expected);
  }
});

it('reads parts of all sizes in pieces of all sizes, at any pace', async () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const sizes = [0, 1, 100, 16_000, 65_536, 70_000, 200_000];
  for (let round = 0; round < 60; round += 1) {
    const contents = Array.from({ length: 1 + random(10) }, (_, at) =>
      String(at).repeat(sizes[random(sizes.length)] ?? 0),
    );
    const bytes = Buffer.from(`${contents.map((content) => filePart('a', content)).join('')}--x--\r\n`);
    const most = sizes[2 + random(sizes.length - 2)] ?? 1;
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length;) pieces.push(bytes.subarray(at, (at += 1 + random(most))));
    const seen: string[] = [];
    for await (const { content } of new FormParts(requestOf(pieces), { ...limits, bytes: bytes.length })) {
      const chunks: Buffer[] = [];
      if (random(4) === 0) await turn();
      for await (const chunk of content) {
        chunks.push(chunk as Buffer);
        if (random(2) === 0) await turn();
      }
      seen.push(Buffer.concat(chunks).toString());
    }
    expect(seen.map(({ length }) => length)).toEqual(contents.map(({ length }) => length));
    expect(seen.join() === contents.join()).toBe(true);
  }
}, 60_000);

it('refuses a form that is cut off anywhere before its end', async () => {
  const end = form.indexOf('--x--') + '--x--'.length;
  for (let at = 0; at < end; at += 1)
    await expect(readAll(requestOf([form.slice(0, at)]))).rejects.toMatchObject({ code: 'malformed_request' });
});

it('counts the bytes of the body', async () => {
  const parts = new FormParts(requestOf([form]), limits);
  for await (const { content } of parts) content.resume();
  expect(parts.bytesRead).toBe(form.length);
});

it('skips parts that nobody reads', async () => {
  const names: string[] = [];
  const large = filePart('a.wav', 'y'.repeat(300_000));
  for await (const { name } of new FormParts(requestOf([large, part('last', '1'), '--x--']), limits)) names.push(name);
  expect(names).toEqual(['file', 'last']);
});

it('reads names as browsers, curl and older clients write them', async () => {
  const named = async (parameters: string): Promise<unknown> => {
    const body = `--x\r\nContent-Disposition: form-data; name="file"; ${parameters}\r\n\r\n1\r\n--x--`;
    const [[, file]] = (await readAll(requestOf([body]))) as [[string, { name: string }]];
    return file.name;
  };
  expect(await named('filename="zoë %221%22.wav"')).toBe('zoë "1".wav');
  expect(await named('filename="zoë \\"1\\".wav"')).toBe('zoë "1".wav');
  expect(await named('filename=a.wav')).toBe('a.wav');
  expect(await named("filename=a.wav; filename*=UTF-8''zo%C3%AB.wav")).toBe('zoë.wav');
});

describe('what is no form is refused', () => {
  const closed = (head: string): string => `--x\r\n${head}\r\n\r\n1\r\n--x--\r\n`;
  const disposition = 'Content-Disposition: form-data; name="file"';

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['another boundary', form.replaceAll('--x', '--y')],
    ['a part without a header', '--x\r\n\r\n1\r\n--x--'],
    ['a part whose header does not end', `--x\r\n${disposition}\r\n--x--`],
    ['no disposition', closed('Content-Type: text/plain')],
    ['another disposition', closed('Content-Disposition: attachment; name="file"')],
    ['two dispositions', closed(`${disposition}\r\n${disposition}`)],
    ['two types', closed(`${disposition}\r\nContent-Type: a/b\r\nContent-Type: c/d`)],
    ['two names', closed(`${disposition}; name="model"`)],
    ['two file names', closed(`${disposition}; filename="a"; FileName="b"`)],
    ['no name', closed('Content-Disposition: form-data')],
    ['an empty name', closed('Content-Disposition: form-data; name=""')],
    ['a name that does not end', closed('Content-Disposition: form-data; name="file')],
    ['a name with a line break', closed('Content-Disposition: form-data; name="fi%0D%0Ale"')],
    ['a header of 20 KB', closed(`Content-Disposition: form-data; name="${'y'.repeat(20_000)}"`)],
    ['encoded content', closed(`${disposition}\r\nContent-Transfer-Encoding: base64`)],
    ['a file name that climbs', closed(`${disposition}; filename="../../etc/passwd"`)],
    ['a file name of Windows', closed(`${disposition}; filename="C:\\fakepath\\a.wav"`)],
    ['a file name with an encoded line break', closed(`${disposition}; filename="a%0D%0AX-Header: 1"`)],
    ['a file name with a line break', closed(`${disposition}; filename="a\r\nX-Header: 1"`)],
    ['a file name with a null', closed(`${disposition}; filename="a\0.wav"`)],
    ['a file name in another charset', closed(`${disposition}; filename*=latin1''a%E9.wav`)],
    ['a file name that is encoded badly', closed(`${disposition}; filename*=UTF-8''a%E9.wav`)],
    ['junk after the boundary', `--xjunk\r\n${disposition}\r\n\r\n1\r\n--x--`],
    ['10,000 parts', `${part('a', '1').repeat(10_000)}--x--`],
  ])('%s', async (_what, body) => {
    await expect(readAll(requestOf([body]))).rejects.toMatchObject({ code: 'malformed_request', status: 400 });
  });

  it.each([
    ['no boundary', 'multipart/form-data; charset=utf-8'],
    ['an empty boundary', 'multipart/form-data; boundary=""'],
    ['two boundaries', 'multipart/form-data; boundary=x; boundary=y'],
    ['a boundary of 300 bytes', `multipart/form-data; boundary=${'x'.repeat(300)}`],
    ['a boundary that does not end', 'multipart/form-data; boundary="x'],
  ])('%s', (_what, contentType) => {
    expect(() => new FormParts(requestOf([form], { 'content-type': contentType }), limits)).toThrow(
      expect.objectContaining({ code: 'malformed_request' }),
    );
  });
});

describe('limits', () => {
  it('refuses by the announced length, unread', () => {
    const request = requestOf([form], { 'content-length': '1000001' });
    expect(() => new FormParts(request, limits)).toThrow(expect.objectContaining({ status: 413 }));
    expect(request.listenerCount('data')).toBe(0);
  });

  it('refuses one byte more than the limit', async () => {
    expect(await readAll(requestOf([form]), { ...limits, bytes: form.length })).toHaveLength(3);
    await expect(readAll(requestOf([form]), { ...limits, bytes: form.length - 1 })).rejects.toMatchObject({
      code: 'body_too_large',
    });
  });

  it('takes as many parts as allowed', async () => {
    expect(await readAll(requestOf([`${part('a', '1').repeat(10)}--x--`]))).toHaveLength(10);
  });
});

describe('a form on its way', () => {
  it('is asked for no more while its reader waits', async () => {
    const request = openRequest();
    const parts = new FormParts(request, limits)[Symbol.asyncIterator]();
    const first = parts.next();
    request.push(`--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1`);
    const content = (await first).value?.content;
    for (let megabytes = 0; megabytes < 10 && !request.isPaused(); megabytes += 1) {
      request.push(Buffer.alloc(100_000));
      await turn();
    }
    expect(request.isPaused()).toBe(true);
    content?.resume();
    await turn();
    await turn();
    expect(request.isPaused()).toBe(false);
    await parts.return?.();
  });

  it('ends, with the part that is being read, for a client that leaves', async () => {
    const request = openRequest();
    const parts = new FormParts(request, limits)[Symbol.asyncIterator]();
    const first = parts.next();
    request.push(filePart('a', 'half').slice(0, -2));
    const { value } = await first;
    const reading = textOf(value as FormPart);
    request.destroy();
    await expect(reading).rejects.toMatchObject({ code: 'client_closed' });
    await expect(parts.next()).rejects.toMatchObject({ code: 'client_closed' });
  });

  it('leaves no listener and reads no further once its reader has left', async () => {
    const request = openRequest();
    request.push(form);
    for await (const { name } of new FormParts(request, limits)) if (name === 'model') break;
    expect(request.isPaused()).toBe(true);
    expect(['data', 'end', 'close'].map((event) => request.listenerCount(event))).toEqual([0, 0, 0]);
  });
});
