/** Which model groups stand in for one that has failed, and in which order they are asked. */
import { GatewayError } from '../errors/gateway-error.js';

export interface FallbackTarget {
  readonly model: string;
  /** Members that replace the request's own: other messages, another temperature. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** By the name, or the pattern such as `openai/*`, of the group that has failed. */
export type FallbackMap = ReadonlyMap<string, readonly FallbackTarget[]>;

export interface FallbackRules {
  readonly general: FallbackMap;
  /** Asked first where the prompt is too long. */
  readonly contextWindow: FallbackMap;
  /** Asked first where a content policy has refused. */
  readonly contentPolicy: FallbackMap;
  /** For groups that have none of their own. */
  readonly defaults: readonly FallbackTarget[];
  /** Groups that are asked after the first. */
  readonly most: number;
}

export const noFallbacks: FallbackRules = {
  general: new Map(),
  contextWindow: new Map(),
  contentPolicy: new Map(),
  defaults: [],
  most: 5,
};

/** What is wrong with the request itself stays wrong, and what ends it ends it. */
function mayFallBack({ code }: GatewayError): boolean {
  if (code.startsWith('upstream_')) return true;
  return (
    code === 'context_window_exceeded' ||
    code === 'content_policy_violation' ||
    code === 'unsupported_parameter' ||
    code === 'no_deployment' ||
    code === 'deployments_limited'
  );
}

/** One request's way through the groups. Each is asked once; the fallbacks of a fallback come before its siblings. */
export class FallbackChain {
  private readonly asked: Set<string>;
  private pending: readonly FallbackTarget[] = [];
  private used = 0;

  /**
   * @param mayUse false for groups that the caller may not use: a fallback never widens what a key allows
   */
  constructor(
    requested: string,
    private readonly rules: FallbackRules,
    private readonly mayUse: (model: string) => boolean,
  ) {
    this.asked = new Set([requested]);
  }

  /** True where another group would be asked after a content policy has refused. */
  hasContentPolicy(model: string): boolean {
    if (this.used >= this.rules.most || findFor(model, this.rules.contentPolicy) === undefined) return false;
    return this.candidates(model, 'content_policy_violation').length > 0;
  }

  /** True where another group would be asked if `model` had no deployment left. */
  hasMore(model: string): boolean {
    return this.used < this.rules.most && this.candidates(model, 'no_deployment').length > 0;
  }

  /** The group to ask after `model` has failed; undefined where the failure stands. */
  after(model: string, error: GatewayError): FallbackTarget | undefined {
    if (!mayFallBack(error) || this.used >= this.rules.most) return undefined;
    const [next, ...rest] = this.candidates(model, error.code);
    if (next === undefined) return undefined;
    this.pending = rest;
    this.asked.add(next.model);
    this.used += 1;
    return next;
  }

  private candidates(model: string, code: GatewayError['code']): readonly FallbackTarget[] {
    const seen = new Set(this.asked);
    return [...this.ownOf(model, code), ...this.pending].filter((target) => {
      if (seen.has(target.model) || !this.mayUse(target.model)) return false;
      seen.add(target.model);
      return true;
    });
  }

  private ownOf(model: string, code: GatewayError['code']): readonly FallbackTarget[] {
    const { general, contextWindow, contentPolicy, defaults } = this.rules;
    const special =
      code === 'context_window_exceeded' ? contextWindow : code === 'content_policy_violation' ? contentPolicy : null;
    const found = (special && findFor(model, special)) ?? findFor(model, general);
    // Only the request's own group falls back on the defaults: a default that fails has no others.
    return found ?? (this.used === 0 ? defaults : []);
  }
}

/**
 * Runs `ask` for the requested group and then for its fallbacks, until one succeeds.
 *
 * @param ask told whether a further group stands by
 * @throws GatewayError the first group's: it is what the client asked for
 */
export async function askWithFallbacks(
  chain: FallbackChain,
  requested: string,
  ask: (target: FallbackTarget, hasMore: boolean) => Promise<void>,
  request: { readonly final: boolean },
): Promise<void> {
  let target: FallbackTarget = { model: requested };
  let first: unknown;
  for (;;) {
    try {
      return await ask(target, chain.hasMore(target.model));
    } catch (error) {
      first ??= error;
      if (!(error instanceof GatewayError) || request.final) throw request.final ? error : first;
      const next = chain.after(target.model, error);
      if (next === undefined) throw first;
      target = next;
    }
  }
}

/** An exact name goes before a pattern, a longer pattern before a shorter one. */
function findFor(model: string, map: FallbackMap): readonly FallbackTarget[] | undefined {
  const exact = map.get(model);
  if (exact !== undefined || map.size === 0) return exact;
  let best: string | undefined;
  for (const pattern of map.keys()) {
    if (pattern.includes('*') && (best === undefined || pattern.length > best.length) && matches(pattern, model))
      best = pattern;
  }
  return best === undefined ? undefined : map.get(best);
}

function matches(pattern: string, model: string): boolean {
  const [head = '', ...parts] = pattern.split('*');
  if (!model.startsWith(head)) return false;
  const tail = parts.pop() ?? '';
  let at = head.length;
  for (const part of parts) {
    const found = model.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return model.length - tail.length >= at && model.endsWith(tail);
}
