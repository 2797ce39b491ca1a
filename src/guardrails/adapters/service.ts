/** Asks the service behind a guardrail: JSON there and back, and one error for all that can go wrong. */
import { z } from 'zod';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { GuardrailContext, GuardrailSurroundings } from '../guardrail.js';
import { unavailable } from './unavailable.js';

/** The gateway's own limit, `timeout`, ends it sooner. */
const mostMs = 600_000;

/** A masked text comes back whole, and where it is written in ASCII alone it is longer than it was. */
const answerBytes = 1_048_576;
const bytesPerSent = 4;

/** An address without a query, a fragment or a name and password in it; slashes at its end are taken off. */
export const apiBase = z
  .url({ protocol: /^https?$/, error: 'is no http or https URL. Write for example `https://guard.example.com`.' })
  .refine((written) => {
    const url = URL.parse(written);
    // What is no address is refused as such.
    return url === null || url.username + url.password + url.search + url.hash === '';
  }, 'takes no user name, no query and no fragment. Write the bare address, and the key into `api_key`.')
  .transform((written) => written.replace(/\/+$/, ''));

/** As it stands in a header. */
export const apiKey = z
  .string({ error: 'is missing. Write the key, or the variable that holds it: `os.environ/NAME`.' })
  .regex(/^[\x21-\x7e]+$/, 'is empty, or has a character that no header can carry. See that it was copied whole.');

/** Who asks, and by what. */
export interface Asker {
  readonly id: string;
  readonly surroundings: Pick<GuardrailSurroundings, 'http' | 'egress'>;
}

export interface ServiceRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What the service has answered, as its vendor documents it.
 *
 * @throws GatewayError `guardrail_unavailable`; neither its text nor its detail holds a header, or a word that was sent or came back
 */
export async function askService<Answer>(
  asker: Asker,
  request: ServiceRequest,
  shape: z.ZodType<Answer>,
  { signal }: Pick<GuardrailContext, 'signal'>,
): Promise<Answer> {
  const { status, body } = await send(asker, request, signal);
  if (status < 200 || status > 299) throw unavailable(asker.id, `its service answered with ${status}`);
  const read = shape.safeParse(parsed(body));
  if (read.success) return read.data;
  const places = read.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  throw unavailable(asker.id, `its service answered with what it does not document, at ${places}`);
}

async function send({ id, surroundings }: Asker, request: ServiceRequest, signal: AbortSignal) {
  try {
    return await surroundings.http.send({
      ...request,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...request.headers },
      method: 'POST',
      egress: surroundings.egress ?? 'restricted',
      timeoutMs: mostMs,
      maxBytes: answerBytes + bytesPerSent * Buffer.byteLength(request.body),
      signal,
    });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw unavailable(id, error.detail ?? error.message, error);
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
