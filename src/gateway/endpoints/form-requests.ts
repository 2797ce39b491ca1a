/** Multipart forms as the requests that endpoints with uploads are described by. */
// https://platform.openai.com/docs/api-reference/audio/createTranscription and /images/createEdit
import type { ParsedEndpointRequest } from '../../core/dialects/endpoint-requests.js';
import { readJsonBody } from '../../core/dialects/json-body.js';
import { invalidMember, readModel } from '../../core/dialects/model-request.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { TranscriptionRequest } from '../../core/schema/openai/audio.js';
import type { ImageRequest } from '../../core/schema/openai/images.js';
import { sizeOf, type UploadedFile } from '../../core/schema/uploaded-file.js';
import type { FormBody, FormValue } from '../../http/form-body.js';

/** Fields whose texts stand for numbers and flags. */
const numbers: ReadonlySet<string> = new Set([
  'temperature',
  'n',
  'timeout',
  'num_retries',
  'output_compression',
  'partial_images',
]);
const flags: ReadonlySet<string> = new Set(['stream']);
/** Fields of the gateway's own that are objects and lists: JSON in a form. */
const structured: ReadonlySet<string> = new Set([
  ...[
    'metadata',
    'litellm_metadata',
    'tags',
    'guardrails',
    'fallbacks',
    'context_window_fallbacks',
    'content_policy_fallbacks',
  ],
]);
/** Fields of OpenAI's that are no lists: a second one contradicts the first. */
const single: ReadonlySet<string> = new Set([
  ...['model', 'prompt', 'language', 'response_format', 'temperature', 'stream', 'user', 'n', 'size', 'quality'],
  ...['background', 'input_fidelity', 'moderation', 'output_compression', 'output_format', 'partial_images'],
]);

/** @throws GatewayError `invalid_request`, with `param` where one field is at fault; so do all functions here */
export function toTranscriptionRequest(
  form: FormBody,
  translate: boolean,
  pathModel?: string,
): ParsedEndpointRequest<TranscriptionRequest> {
  const { texts, files } = split(form);
  const [file, ...others] = files.get('file') ?? [];
  if (!file || others.length > 0) throw invalidMember('file', 'one recording, uploaded as a file', files.get('file'));
  return {
    body: { ...texts.body, model: modelOf(texts.body, pathModel), file, ...(translate && { translate: true }) },
    reservedMembers: texts.reservedMembers,
  };
}

export function toImageEditRequest(form: FormBody, pathModel?: string): ParsedEndpointRequest<ImageRequest> {
  const { texts, files } = split(form);
  const image = files.get('image') ?? [];
  if (image.length === 0) throw invalidMember('image', 'at least one picture, uploaded as a file', undefined);
  const { prompt } = texts.body;
  if (typeof prompt !== 'string' || prompt === '') throw invalidMember('prompt', 'a non-empty text', prompt);
  const [mask, ...masks] = files.get('mask') ?? [];
  if (masks.length > 0) throw invalidMember('mask', 'one picture, uploaded as a file', masks);
  return {
    body: { ...texts.body, model: modelOf(texts.body, pathModel), prompt, image, ...(mask && { mask }) },
    reservedMembers: texts.reservedMembers,
  };
}

/** A minute of speech and a large picture come to about a thousand tokens: so many bytes of them stand for one byte of text. */
const fileBytesPerTextByte = 400;

/** The size of a form for guesses at what it costs: files are no texts of their length. */
export function textBytesOf({ fields }: FormBody): number {
  let bytes = 0;
  for (const value of [...fields.values()].flat())
    bytes += typeof value === 'string' ? Buffer.byteLength(value) : sizeOf(value) / fileBytesPerTextByte;
  return Math.ceil(bytes);
}

interface SplitForm {
  readonly texts: { readonly body: Readonly<Record<string, unknown>>; readonly reservedMembers: readonly string[] };
  /** By name, without the `[]` that marks a list. */
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>;
}

/** What texts may not say in JSON they may not say in a form: both are read by one reader. */
function split({ fields }: FormBody): SplitForm {
  const values: Record<string, unknown> = {};
  const files = new Map<string, UploadedFile[]>();
  for (const [marked, given] of fields) {
    const name = marked.replace(/\[\]$/, '');
    const uploaded = given.filter((value) => typeof value !== 'string');
    if (uploaded.length > 0) files.set(name, [...(files.get(name) ?? []), ...uploaded]);
    const texts = given.filter((value): value is Extract<FormValue, string> => typeof value === 'string');
    if (texts.length > 0) values[name] = marked === name ? toValue(name, texts) : texts;
  }
  const { value, reservedMembers } = readJsonBody(Buffer.from(JSON.stringify(values)));
  return { texts: { body: value, reservedMembers }, files };
}

function toValue(name: string, texts: readonly string[]): unknown {
  const [text = '', ...others] = texts;
  if (others.length > 0 && single.has(name)) {
    throw new GatewayError('invalid_request', { param: name, facts: { reason: `\`${name}\` may stand only once.` } });
  }
  if (others.length > 0) return texts;
  if (flags.has(name) && (text === 'true' || text === 'false')) return text === 'true';
  if (structured.has(name) && /^\s*[[{]/.test(text)) return readJsonBody(Buffer.from(`{"of":${text}}`)).value['of'];
  if (!numbers.has(name)) return text;
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) throw invalidMember(name, 'a number', text);
  return number;
}

function modelOf({ model }: Readonly<Record<string, unknown>>, pathModel: string | undefined): string {
  if (pathModel !== undefined && model !== undefined && model !== pathModel) {
    const reason = 'The path names another model than the form. Leave `model` out of the form.';
    throw new GatewayError('invalid_request', { param: 'model', facts: { reason } });
  }
  return readModel(model ?? pathModel);
}
