/** Reads a JSON body of which only the model and a few members are the gateway's business; the rest stays the client's word. */
import { GatewayError } from '../errors/gateway-error.js';
import { readJsonBody } from './json-body.js';

/** Longer names are no names: they would only fill caches, logs and headers. */
export const maxModelLength = 256;

export interface ParsedModelRequest {
  readonly body: Readonly<Record<string, unknown>> & { readonly model: string };
  /** Names of addresses and credentials that the caller tried to set. */
  readonly reservedMembers: readonly string[];
}

/**
 * @param fallbackModel the model where the body has none: what the path names, or an endpoint's default
 * @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`
 */
export function parseModelRequest(bytes: Buffer, fallbackModel?: string): ParsedModelRequest {
  const { value, reservedMembers } = readJsonBody(bytes);
  const model = readModel(value['model'] ?? fallbackModel);
  return {
    body: value['model'] === model ? (value as ParsedModelRequest['body']) : { ...value, model },
    reservedMembers,
  };
}

/** @throws GatewayError `invalid_request` */
export function readModel(model: unknown): string {
  if (typeof model === 'string' && model !== '' && model.length <= maxModelLength) return model;
  throw invalidMember('model', `a non-empty string of at most ${maxModelLength} characters such as "gpt-4o"`, model);
}

/** What an error says of a member that is missing or of another type than wanted. */
export function invalidMember(param: string, wanted: string, got: unknown): GatewayError {
  const given =
    got === undefined
      ? 'it is missing'
      : `it is ${got === null ? 'null' : Array.isArray(got) ? 'a list' : `of type ${typeof got}`}`;
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` must be ${wanted}; ${given}.` } });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
