/** Brings uploaded files into memory for adapters that put their bytes into JSON. */
import { isStored, isUploadedFile, type FileInMemory, type UploadedFile } from '../schema/uploaded-file.js';
import type { EndpointAdapter } from '../spec/endpoint-adapter.js';

/** The body as the adapter can build a request from it; a promise only where something has to be read. */
export function withLoadedFiles<Body extends object>(
  { inlinesFiles }: Pick<EndpointAdapter<Body, unknown>, 'inlinesFiles'>,
  body: Body,
): Body | Promise<Body> {
  return inlinesFiles && Object.values(body).some(holdsStored) ? loadMembers(body) : body;
}

function holdsStored(value: unknown): boolean {
  return Array.isArray(value) ? value.some(holdsStored) : isUploadedFile(value) && isStored(value);
}

async function loadMembers<Body extends object>(body: Body): Promise<Body> {
  const members = Object.entries(body).map(async ([name, value]) => [name, await loadValue(value)] as const);
  return Object.fromEntries(await Promise.all(members)) as Body;
}

async function loadValue(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(loadValue));
  return isUploadedFile(value) ? load(value) : value;
}

async function load(file: UploadedFile): Promise<FileInMemory> {
  if (!isStored(file)) return file;
  const { name, contentType, source } = file;
  const bytes = Buffer.allocUnsafeSlow(source.size);
  let length = 0;
  for await (const chunk of source.read()) {
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return { name, contentType, bytes: bytes.subarray(0, length) };
}
