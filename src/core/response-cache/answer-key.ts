/** The key that an answer is kept under: equal for requests whose answers may stand for each other, and for no others. */
import { createHash, hash } from 'node:crypto';
import { isStored, isUploadedFile, type UploadedFile } from '../schema/uploaded-file.js';
import type { AnswerKind } from '../spec/index.js';
import { canonicalJson } from './canonical-json.js';
import { isKept, keyMembers } from './key-members.js';

/** What a request's answer depends on. */
export interface KeyedRequest {
  /** Who may get each other's answers. */
  readonly tenant: string;
  /** A part of the tenant's own answers, by a name that the request gives. */
  readonly namespace?: string;
  readonly modelGroup: string;
  /** Stands for what answers under that name: deployments, their models and settings. */
  readonly servedBy: string;
  readonly kind: AnswerKind;
  readonly stream: boolean;
  /** The request's body as its client gave it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Headers by which the dialect says more, such as `anthropic-beta`; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Other keys for whatever is derived or recorded in another way than before. */
const keyVersion = 1;

/** 64 hexadecimal digits; undefined for a request whose answer is not kept. */
export async function answerKey(request: KeyedRequest): Promise<string | undefined> {
  const { kind, body, stream } = request;
  if (!isKept(kind, body)) return undefined;
  return keyOf(request, await withFileDigests(keyMembers(kind, body, stream)));
}

/** The keys of one request for each of `inputs` alone. */
export function inputKeys(request: KeyedRequest, inputs: readonly unknown[]): readonly (string | undefined)[] {
  const members = keyMembers(request.kind, request.body, false);
  return inputs.map((input) => keyOf(request, { ...members, input }));
}

/** Never the key of an answer: what requests have in common whose answers may stand for each other if their prompts are alike. */
export function bucketKey(request: KeyedRequest): string | undefined {
  return keyOf(request, { bucket: keyMembers(request.kind, request.body, request.stream) });
}

function keyOf(request: KeyedRequest, members: Readonly<Record<string, unknown>>): string | undefined {
  const { tenant, namespace = '', modelGroup, servedBy, kind, stream, headers = {} } = request;
  const text = canonicalJson([keyVersion, tenant, namespace, modelGroup, servedBy, kind, stream, headers, members]);
  return text === undefined ? undefined : hash('sha256', text);
}

/** A file counts by its content: not by its name, nor by where it is kept meanwhile. */
async function withFileDigests(members: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const all: Record<string, unknown> = { ...members };
  for (const [name, value] of Object.entries(members)) {
    if (isUploadedFile(value)) all[name] = { sha256: await digestOf(value) };
  }
  return all;
}

async function digestOf(file: UploadedFile): Promise<string> {
  if (!isStored(file)) return hash('sha256', file.bytes);
  const digest = createHash('sha256');
  for await (const piece of file.source.read()) digest.update(piece);
  return digest.digest('hex');
}
