/** The headers by which clients learn how much of their rates is left. */
import type { RateReading } from '../../core/spec/index.js';
import type { HeaderSink } from '../admission.js';
import type { RateKind, RateRule } from './rate-rules.js';

/** Those that clients hear of. */
const shown: ReadonlySet<RateKind> = new Set(['requests', 'tokens', 'max_parallel_requests']);

/** What is known of a header before any request. */
interface ShownLimit {
  /** Places of the rules that share it, such as those of several tags: the tightest is shown. */
  readonly rules: readonly { readonly place: number; readonly limit: number; readonly limitText: string }[];
  readonly limitName: string;
  readonly remainingName: string;
  /** LiteLLM's header of a key's limit. */
  readonly keyLimitName: string | undefined;
  /** LiteLLM's header of what is left of a model within a key. */
  readonly modelRemainingName: string | undefined;
  readonly kind: RateKind;
}

/** The tightest limit of a kind, which OpenAI's names show. */
interface Tightest {
  remaining: number;
  text: string;
  limitText: string | undefined;
}

/**
 * `x-ratelimit-<who>-limit|remaining-<what>` for each limit, the tightest of all as OpenAI's `x-ratelimit-limit|remaining-requests|tokens`,
 * and LiteLLM's headers of a key and its models. Names and limits are put together once for all requests that have them in common.
 */
export class RateHeaders {
  private readonly limits: readonly ShownLimit[];

  constructor(model: string, rules: readonly RateRule[]) {
    const limits = new Map<string, ShownLimit>();
    for (const [place, rule] of rules.entries()) {
      if (!shown.has(rule.kind)) continue;
      const made = shownLimit(model, rule, place);
      const known = limits.get(made.remainingName);
      limits.set(made.remainingName, known ? { ...known, rules: [...known.rules, ...made.rules] } : made);
    }
    this.limits = [...limits.values()];
  }

  addTo(headers: HeaderSink, readings: readonly RateReading[]): void {
    const requests: Tightest = { remaining: Infinity, text: '', limitText: undefined };
    const tokens: Tightest = { remaining: Infinity, text: '', limitText: undefined };
    for (const { rules, limitName, remainingName, keyLimitName, modelRemainingName, kind } of this.limits) {
      let remaining = Infinity;
      let limitText = '';
      for (const rule of rules) {
        const left = Math.max(0, rule.limit - (readings[rule.place]?.used ?? 0));
        if (left < remaining) [remaining, limitText] = [left, rule.limitText];
      }
      const text = String(remaining);
      headers.add(remainingName, text);
      headers.add(limitName, limitText);
      if (keyLimitName !== undefined) headers.add(keyLimitName, limitText);
      if (modelRemainingName !== undefined) headers.add(modelRemainingName, text);
      const tightest = kind === 'requests' ? requests : kind === 'tokens' ? tokens : undefined;
      if (!tightest || remaining >= tightest.remaining) continue;
      tightest.remaining = remaining;
      tightest.text = text;
      tightest.limitText = limitText;
    }
    if (requests.limitText !== undefined) {
      headers.add('x-ratelimit-limit-requests', requests.limitText);
      headers.add('x-ratelimit-remaining-requests', requests.text);
    }
    if (tokens.limitText !== undefined) {
      headers.add('x-ratelimit-limit-tokens', tokens.limitText);
      headers.add('x-ratelimit-remaining-tokens', tokens.text);
    }
  }
}

function shownLimit(model: string, { descriptor, kind, limit }: RateRule, place: number): ShownLimit {
  const ofModel = descriptor === 'model_per_key' && isHeaderName(model);
  return {
    rules: [{ place, limit, limitText: String(limit) }],
    limitName: `x-ratelimit-${descriptor}-limit-${kind}`,
    remainingName: `x-ratelimit-${descriptor}-remaining-${kind}`,
    keyLimitName: descriptor === 'api_key' ? keyLimitNames[kind] : undefined,
    modelRemainingName: ofModel ? `x-litellm-key-remaining-${kind}-${model}` : undefined,
    kind,
  };
}

const keyLimitNames: Readonly<Partial<Record<RateKind, string>>> = {
  requests: 'x-litellm-key-rpm-limit',
  tokens: 'x-litellm-key-tpm-limit',
};

/** Names of models may hold what no header's name may. */
function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}
