/** OpenAI's files: uploaded as a form whose file part is streamed, and read back as bytes. */
// https://platform.openai.com/docs/api-reference/files
import type { FileAdapter, FileUpload, ObjectTarget, ProviderFile } from '../../../spec/file-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../../spec/outbound.js';
import { partHead } from '../endpoints/multipart.js';
import { parseOpenAiError } from '../parse-error.js';
import { invalidAnswer, readJsonAnswer } from '../read-answer.js';
import { idStep, objectRequest, type ObjectHost } from './object-host.js';

export function createFileAdapter(host: ObjectHost): FileAdapter {
  const ask = (method: 'GET' | 'DELETE', id: string, target: ObjectTarget): OutboundRequest =>
    objectRequest(host, target, `/files/${idStep(id)}`, { method });
  return {
    buildUpload: (upload, target) => buildUpload(host, upload, target),
    buildRetrieve: (id, target) => ask('GET', id, target),
    buildDelete: (id, target) => ask('DELETE', id, target),
    buildContent: (id, target) =>
      objectRequest(host, target, `/files/${idStep(id)}/content`, { method: 'GET', accept: '*/*' }),
    parseFile: (response) => parseFile(host.provider, response),
    parseError: (response) => parseOpenAiError(response, host.provider),
  };
}

function buildUpload(host: ObjectHost, upload: FileUpload, target: ObjectTarget): OutboundRequest {
  return objectRequest(host, target, '/files', {
    method: 'POST',
    contentType: `multipart/form-data; boundary=${upload.boundary}`,
    bodyStream: formOf(upload),
  });
}

/** The file comes last, so that the provider knows what it is for when it comes. */
async function* formOf({
  boundary,
  purpose,
  fields,
  name,
  contentType,
  content,
}: FileUpload): AsyncGenerator<Uint8Array> {
  for (const [field, value] of [['purpose', purpose] as const, ...fields])
    yield Buffer.from(`${partHead(boundary, field, value)}${value}\r\n`);
  yield Buffer.from(partHead(boundary, 'file', { name, contentType, bytes: new Uint8Array() }));
  yield* content;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

function parseFile(provider: string, { body }: InboundResponse): ProviderFile {
  const object = readJsonAnswer(body, provider);
  const { id } = object;
  if (typeof id !== 'string' || id === '') throw invalidAnswer(provider, 'a file without an id');
  return { id, object };
}
