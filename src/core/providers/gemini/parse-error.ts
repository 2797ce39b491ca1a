/** Google's errors, whole or within a stream, in the terms of the catalog. */
// https://ai.google.dev/gemini-api/docs/troubleshooting and https://google.aip.dev/193
import { GatewayError } from '../../errors/gateway-error.js';
import type { GeminiAnswer } from '../../schema/google/generate-content.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { findReportedError, parseOpenAiError } from '../openai-compatible/parse-error.js';

interface ErrorDetail {
  readonly '@type'?: string;
  readonly reason?: string;
  readonly retryDelay?: string;
}

/** The upstream's status and message are kept. Never throws. */
export function parseError(response: InboundResponse, provider: string): GatewayError {
  const error = parseOpenAiError(response, provider);
  const details = detailsOf(new TextDecoder().decode(response.body));
  const { message, param, detail } = error;
  // A wrong key is a bad request to Google.
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID'))
    return new GatewayError('upstream_authentication', { message, param, provider, detail });
  const delayMs = details.map(({ retryDelay }) => toMs(retryDelay)).find((ms) => ms !== undefined);
  if (error.retryAfterMs !== undefined || delayMs === undefined) return error;
  return new GatewayError(error.code, {
    message,
    status: error.status,
    param,
    provider,
    detail,
    retryAfterMs: delayMs,
  });
}

/** One JSON document of Gemini's. Throws what it reports as an error. */
export function parseAnswer(
  text: string,
  provider: string,
  fallback: 'upstream_internal' | 'upstream_stream_error',
): GeminiAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('upstream_invalid_response', { facts: { reason: 'it is not JSON' }, provider, cause });
  }
  const reported = findReportedError(Array.isArray(answer) ? answer[0] : answer, provider, fallback);
  if (reported) throw reported;
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw new GatewayError('upstream_invalid_response', { facts: { reason: 'it is no JSON object' }, provider });
  return answer;
}

function detailsOf(text: string): readonly ErrorDetail[] {
  try {
    const body: unknown = JSON.parse(text);
    const { error } = Object(Array.isArray(body) ? body[0] : body) as { error?: { details?: unknown } };
    return Array.isArray(error?.details) ? error.details.map((each) => Object(each) as ErrorDetail) : [];
  } catch {
    // A page of a proxy: the status alone speaks.
    return [];
  }
}

/** `37s`, `1.5s`. */
function toMs(duration: string | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? '')?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}
