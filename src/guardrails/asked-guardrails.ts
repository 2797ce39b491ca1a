/** Reads what a request says of guardrails: it may add some, and take none away. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { AskedGuardrails } from './guard-plan.js';

/** Members of requests that are read here; a provider would refuse them. */
export const guardrailMembers = ['guardrails', 'disable_global_guardrails'] as const;

const mostAsked = 50;

/**
 * `guardrails: [name | {name: {extra_body: {...}}}]`. Undefined where the request says nothing.
 *
 * @throws GatewayError `invalid_request`
 */
export function readAskedGuardrails(body: Readonly<Record<string, unknown>>): AskedGuardrails | undefined {
  const { guardrails, disable_global_guardrails: disabled } = body;
  if (disabled !== undefined && disabled !== null && disabled !== false) {
    const what = 'is for keys and teams: a request can add guardrails, and take none away. Remove it.';
    throw invalid('disable_global_guardrails', what);
  }
  if (guardrails === undefined || guardrails === null) return undefined;
  if (!Array.isArray(guardrails)) throw invalid('guardrails', form);
  if (guardrails.length > mostAsked) throw invalid('guardrails', `holds more than ${mostAsked} names.`);
  return new Map(guardrails.flatMap(read));
}

const form = 'must be a list of names of guardrails, or of `{name: {"extra_body": {...}}}`.';

function read(item: unknown): (readonly [string, Readonly<Record<string, unknown>>])[] {
  if (typeof item === 'string' && item !== '') return [[item, {}]];
  if (!isObject(item)) throw invalid('guardrails', form);
  return Object.entries(item).map(([name, settings]) => {
    const extra = isObject(settings) ? (settings['extra_body'] ?? {}) : undefined;
    if (!isObject(extra)) throw invalid('guardrails', form);
    return [name, extra];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}` } });
}
