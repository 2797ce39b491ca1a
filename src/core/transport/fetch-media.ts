/** Fetches the pictures and documents that a provider takes only as bytes, from addresses that a client wrote. */
import type { Dispatcher } from 'undici';
import { GatewayError } from '../errors/gateway-error.js';
import type { FetchedMedia } from '../spec/chat-adapter.js';
import type { InboundResponse } from '../spec/outbound.js';
import { sendWhole } from './whole-request.js';

export interface MediaLimits {
  readonly timeoutMs: number;
  /** Of one file. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export const mediaDefaults: MediaLimits = { timeoutMs: 10_000, maxBytes: 20 * 1024 * 1024, maxFiles: 20 };

const mostRedirects = 3;
const acceptedTypes = /^(?:image|audio|video|text)\/|^application\/(?:pdf|json|octet-stream)$/;

/** The first bytes of formats that servers often send without their type. */
const signatures: readonly [mediaType: string, at: number, bytes: string][] = [
  ['image/png', 0, '\x89PNG'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['application/pdf', 0, '%PDF'],
];

/**
 * The files behind `urls`. Connections come from `dispatcherFor`, which must refuse addresses that a client may not reach;
 * each redirect asks it anew.
 *
 * @throws GatewayError `invalid_request` naming the address that could not be fetched
 */
export async function fetchMedia(
  urls: readonly string[],
  dispatcherFor: (origin: string) => Dispatcher,
  limits: MediaLimits = mediaDefaults,
): Promise<ReadonlyMap<string, FetchedMedia>> {
  const wanted = [...new Set(urls)];
  if (wanted.length > limits.maxFiles) {
    const reason = `The request names ${wanted.length} addresses to fetch; at most ${limits.maxFiles} are. Send the files as data URLs.`;
    throw new GatewayError('invalid_request', { param: 'messages', facts: { reason } });
  }
  const files = await Promise.all(wanted.map((url) => fetchOne(url, dispatcherFor, limits)));
  return new Map(wanted.map((url, index) => [url, files[index] as FetchedMedia]));
}

async function fetchOne(
  given: string,
  dispatcherFor: (origin: string) => Dispatcher,
  limits: MediaLimits,
): Promise<FetchedMedia> {
  let url = URL.parse(given);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    if (url === null || !/^https?:$/.test(url.protocol)) throw unfetched(given, 'it is no http(s) address');
    const response = await send(url, given, dispatcherFor, limits);
    if (response.status >= 200 && response.status < 300) return toMedia(response, given);
    const location = response.headers['location'];
    if (response.status < 300 || response.status >= 400 || typeof location !== 'string') {
      throw unfetched(given, `its server answered with the status ${response.status}`);
    }
    url = URL.parse(location, url.href);
  }
  throw unfetched(given, 'it redirects too often');
}

async function send(
  url: URL,
  given: string,
  dispatcherFor: (origin: string) => Dispatcher,
  limits: MediaLimits,
): Promise<InboundResponse> {
  try {
    const request = {
      method: 'GET' as const,
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers: { accept: '*/*', 'user-agent': 'tollgate' },
    };
    return await sendWhole(dispatcherFor(url.origin), request, limits);
  } catch (cause) {
    const reason =
      cause instanceof GatewayError && cause.code === 'upstream_invalid_response'
        ? `it is larger than ${limits.maxBytes} bytes`
        : 'it cannot be reached from here';
    throw unfetched(given, reason, cause);
  }
}

function toMedia({ headers, body }: InboundResponse, given: string): FetchedMedia {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const header = String(headers['content-type'] ?? '');
  const claimed = (header.split(';')[0] ?? '').trim().toLowerCase();
  const text = bytes.toString('latin1', 0, 16);
  const known = signatures.find(([, at, start]) => text.startsWith(start, at))?.[0];
  const mediaType = known ?? claimed;
  if (!acceptedTypes.test(mediaType)) throw unfetched(given, `its content type is ${claimed || 'missing'}`);
  return { mediaType, base64: bytes.toString('base64') };
}

/** The address is the client's own word, shown without what may be a secret in it. */
function unfetched(given: string, why: string, cause?: unknown): GatewayError {
  const shown = given.replace(/[?#].*$/s, '').slice(0, 200);
  const reason = `The file at ${shown} cannot be used: ${why}. Send it as a data URL.`;
  return new GatewayError('invalid_request', { param: 'messages', facts: { reason }, cause });
}
