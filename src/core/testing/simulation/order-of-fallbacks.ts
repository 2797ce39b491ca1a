/** The order in which fallbacks are to be asked, told another way than the product does: depth first, by recursion. */
import type { ErrorCode } from '../../errors/catalog.js';
import type { FallbackRules, FallbackTarget } from '../../router/fallbacks.js';

export interface AskedGroup {
  readonly model: string;
  /** How it failed; undefined where it has answered. */
  code?: ErrorCode;
}

const ours: readonly ErrorCode[] = [
  'context_window_exceeded',
  'content_policy_violation',
  'unsupported_parameter',
  'no_deployment',
  'deployments_limited',
];

/** @param way the groups that were asked, the requested one first */
export function orderOfFallbacks(
  way: readonly AskedGroup[],
  rules: FallbackRules,
  mayUse: (model: string) => boolean,
): string[] {
  const order = way.slice(0, 1).map(({ model }) => model);
  let isOver = false;
  const visit = (index: number): void => {
    const { model, code } = way[index] ?? {};
    if (model === undefined || code === undefined || !(code.startsWith('upstream_') || ours.includes(code))) {
      isOver = true;
      return;
    }
    for (const target of targetsOf(model, code, index === 0, rules)) {
      if (isOver || order.length > rules.most) return;
      if (order.includes(target.model) || !mayUse(target.model)) continue;
      order.push(target.model);
      visit(order.length - 1);
    }
  };
  visit(0);
  return order;
}

function targetsOf(model: string, code: ErrorCode, isFirst: boolean, rules: FallbackRules): readonly FallbackTarget[] {
  const { general, contextWindow, contentPolicy, defaults } = rules;
  const special: Partial<Record<ErrorCode, FallbackRules['general']>> = {
    context_window_exceeded: contextWindow,
    content_policy_violation: contentPolicy,
  };
  return special[code]?.get(model) ?? general.get(model) ?? (isFirst ? defaults : []);
}
