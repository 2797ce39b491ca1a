/** Anthropic's error answers as errors of the catalog. */
// https://platform.claude.com/docs/en/api/errors and https://platform.claude.com/docs/en/api/rate-limits
import { GatewayError } from '../../errors/gateway-error.js';
import type { InboundHeaders, InboundResponse } from '../../spec/outbound.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { parseRetryAfter } from '../openai-compatible/retry-after.js';

const outOfCredit = /credit balance is too low/i;
const limits = ['requests', 'tokens', 'input-tokens', 'output-tokens'];

/** The envelope is the one that OpenAI-compatible providers use; what is Anthropic's own is added to it. Never throws. */
export function parseError(response: InboundResponse, providerId = 'anthropic'): GatewayError {
  const error = parseOpenAiError(response, providerId);
  const retryAfterMs = error.retryAfterMs ?? (response.status === 429 ? untilReset(response.headers) : undefined);
  // Anthropic reports an empty account as a bad request; the client can do nothing about it, another deployment can.
  const code = outOfCredit.test(error.message) ? 'upstream_permission' : error.code;
  if (code === error.code && retryAfterMs === error.retryAfterMs) return error;
  const { message, status, param, provider, detail } = error;
  return new GatewayError(code, { message, status, param, provider, detail, retryAfterMs });
}

/** Milliseconds until the limits that are used up are full again; where none says so, until the first one is. */
function untilReset(headers: InboundHeaders): number | undefined {
  const waits = limits.flatMap((limit) => {
    const waitMs = parseRetryAfter({
      date: headers['date'],
      'retry-after': headers[`anthropic-ratelimit-${limit}-reset`],
    });
    return waitMs === undefined ? [] : [{ waitMs, usedUp: headers[`anthropic-ratelimit-${limit}-remaining`] === '0' }];
  });
  const usedUp = waits.filter((each) => each.usedUp);
  if (usedUp.length > 0) return Math.max(...usedUp.map((each) => each.waitMs));
  return waits.length > 0 ? Math.min(...waits.map((each) => each.waitMs)) : undefined;
}
