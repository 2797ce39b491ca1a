/** Reads a passed request: its body where something of it must be known beforehand, and what it says to the gateway itself. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { readBody } from '../http/read-body.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import type { JsonBody } from './native/asked-model.js';

export interface PassedBody {
  /** Undefined where it is sent on while it comes. */
  readonly bytes: Buffer | undefined;
  /** Undefined for what is no JSON object. */
  readonly json: JsonBody | undefined;
  /** As far as its head says. */
  readonly length: number;
}

const noBody: PassedBody = { bytes: undefined, json: undefined, length: 0 };
const jsonType = /^application\/(?:[\w.+-]+\+)?json\b/i;

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * JSON for a known provider is read whole, since it names the model that budgets and keys are about, and so is what has to be
 * signed. Everything else is left on the socket.
 *
 * @throws GatewayError `body_too_large` or `client_closed`
 */
export async function readPassedBody(
  request: IncomingMessage,
  { entry }: FoundEntry,
  limitBytes: number,
): Promise<PassedBody> {
  if (!hasBody(request)) return noBody;
  const length = Number(request.headers['content-length'] ?? 0);
  if (entry.kind !== 'native') return { ...noBody, length };
  const { prefix } = entry;
  const isJson = prefix.provider !== undefined && jsonType.test(request.headers['content-type'] ?? '');
  const isSigned = prefix.place === 'bedrock' || prefix.aws !== undefined;
  if (!isJson && !isSigned) return { ...noBody, length };
  const bytes = await readBody(request, limitBytes);
  return { bytes, json: objectIn(bytes), length: bytes.length };
}

function objectIn(bytes: Buffer): JsonBody | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonBody) : undefined;
  } catch {
    return undefined; // the provider says what is wrong with it
  }
}

/** The body on its way: an upstream that has heard enough ends this, and not the client's connection. */
export function bodyStreamOf(request: IncomingMessage): Readable {
  return Readable.from(request.iterator({ destroyOnReturn: false }), { objectMode: false });
}

/** What goes into the ledger is bounded: the rest of a longer text says nothing new. */
const maxTextLength = 256;
const maxTags = 100;

export interface CallerFacts {
  readonly endUser: string | undefined;
  readonly tags: readonly string[];
  readonly sessionId: string | undefined;
}

/** By LiteLLM's headers alone: the body is the provider's. */
export function callerFacts(headers: IncomingHttpHeaders): CallerFacts {
  const tags = textOf(headers['x-litellm-tags'], maxTags * maxTextLength) ?? '';
  return {
    endUser: textOf(headers['x-litellm-end-user-id']) ?? textOf(headers['x-litellm-customer-id']),
    tags: tags
      .split(',')
      .map((tag) => tag.trim().slice(0, maxTextLength))
      .filter(Boolean)
      .slice(0, maxTags),
    sessionId: textOf(headers['x-litellm-session-id']),
  };
}

function textOf(value: string | string[] | undefined, most = maxTextLength): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, most) : undefined;
}
