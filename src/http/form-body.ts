/** Reads a multipart form once its caller is known: its files and texts, by their names. */
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { UploadedFile } from '../core/schema/openai/images.js';
import { readBody } from './read-body.js';

export type FormValue = string | UploadedFile;

export interface FormBody {
  /** Of the whole form, as it came. */
  readonly length: number;
  /** In the order in which they came; a name may stand more than once. */
  readonly fields: ReadonlyMap<string, readonly FormValue[]>;
}

/** @throws GatewayError `body_too_large`, `client_closed`, or `malformed_request` for what is no form */
export async function readForm(request: IncomingMessage, limitBytes: number): Promise<FormBody> {
  const bytes = await readBody(request, limitBytes);
  const contentType = request.headers['content-type'] ?? '';
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    const reason = 'its body is no multipart form as its content type says. Let your client set the boundary';
    throw new GatewayError('malformed_request', { facts: { reason }, cause });
  }
  const fields = new Map<string, FormValue[]>();
  for (const [name, value] of form) {
    const given = typeof value === 'string' ? value : await toFile(value);
    const known = fields.get(name);
    if (known) known.push(given);
    else fields.set(name, [given]);
  }
  return { length: bytes.length, fields };
}

async function toFile(file: File): Promise<UploadedFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, contentType: file.type || 'application/octet-stream', bytes };
}
