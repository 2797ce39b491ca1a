/** Reads whole answers of OpenAI-compatible endpoints as far as all endpoints have it in common. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { InboundHeaders, InboundResponse } from '../../spec/outbound.js';
import { findReportedError } from './parse-error.js';
import type { JsonObject } from './quirk.js';

/** Throws what a 200 with an error in it reports, and `upstream_invalid_response` for what is no JSON object. */
export function readJsonAnswer(body: Uint8Array | string, provider: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  } catch (cause) {
    throw invalidAnswer(provider, 'a body that is not JSON', cause);
  }
  const reported = findReportedError(parsed, provider, 'upstream_internal');
  if (reported) throw reported;
  if (typeof parsed !== 'object' || parsed === null) throw invalidAnswer(provider, 'a body that is no JSON object');
  return parsed as JsonObject;
}

export function invalidAnswer(provider: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', { facts: { reason }, provider, cause });
}

/** The media type without its parameters, lower case; empty where the answer names none. */
export function mediaTypeOf({ headers }: Pick<InboundResponse, 'headers'>): string {
  return (headerValue(headers, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function headerValue(headers: InboundHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The object under a member; an empty one where there is none. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

/** A number, also one that is spelled as text; undefined for whatever is none or is negative. */
export function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
