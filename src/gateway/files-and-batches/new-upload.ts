/** A form with a file in it as an upload. */
import type { IncomingHttpHeaders } from 'node:http';
import { readJsonBody } from '../../core/dialects/json-body.js';
import { invalidMember } from '../../core/dialects/model-request.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { UploadForm } from '../../http/upload-form.js';
import type { NewUpload } from '../../objects/files/files.service.js';
import { placeIn } from './object-request.js';

/** Members that are the gateway's business, and go no further. */
const ownMembers: ReadonlySet<string> = new Set([
  'purpose',
  'model',
  'target_model_names',
  'custom_llm_provider',
  'litellm_metadata',
]);

/** @throws GatewayError `invalid_request` or `clientside_credentials` naming the field at fault */
export function toNewUpload(
  { fields, file }: UploadForm,
  path: string | undefined,
  query: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
): NewUpload {
  // What a body may not say in JSON it may not say in a form.
  const members = Object.fromEntries(fields);
  const [reserved] = readJsonBody(Buffer.from(JSON.stringify(members))).reservedMembers;
  if (reserved !== undefined)
    throw new GatewayError('clientside_credentials', { param: reserved, facts: { param: reserved } });
  if (!file) throw invalidMember('file', 'one file, uploaded as a file', members['file']);
  return {
    purpose: readPurpose(members['purpose']),
    name: file.name,
    contentType: file.contentType,
    read: () => file.content.read(),
    fields: fields.filter(([name]) => !ownMembers.has(name)),
    place: placeIn(path, members, query, headers),
  };
}

/** @throws GatewayError `invalid_request` */
export function readPurpose(purpose: unknown): string {
  if (typeof purpose === 'string' && /^[a-z][a-z0-9_-]{0,63}$/.test(purpose)) return purpose;
  throw invalidMember('purpose', 'what the file is for, such as "batch"', purpose);
}
