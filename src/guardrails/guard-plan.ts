/** Which guardrails look at a request: those for all, those of its key and team, and those that it asks for itself. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Random } from '../core/spec/clock.js';
import { guardrailModes, type GuardrailMode } from './guardrail.js';
import type { ActiveGuardrail } from './guardrail-source.js';

/** What a request says of guardrails: `guardrails: [name | {name: {extra_body: {...}}}]`. It adds, and never takes away. */
export type AskedGuardrails = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

export interface PlanFacts {
  /** Names that the key, its team and others ask for. */
  readonly ofCaller: readonly string[];
  /** The key or the team is exempt from those that apply to all. */
  readonly withoutDefaults: boolean;
  readonly asked: AskedGuardrails | undefined;
  readonly tags: readonly string[];
}

export interface PlannedGuardrail extends ActiveGuardrail {
  readonly extraBody: Readonly<Record<string, unknown>>;
}

export type GuardPlan = Readonly<Record<GuardrailMode, readonly PlannedGuardrail[]>>;

const nothing = {};

/**
 * Undefined where none applies.
 *
 * @throws GatewayError `unknown_guardrail` for one that the request names, `guardrail_unavailable` for one that its key or team names: what
 *   is to be looked at does not pass because who is to look is gone
 */
export function planGuardrails(
  all: readonly ActiveGuardrail[],
  { ofCaller, withoutDefaults, asked, tags }: PlanFacts,
  random: Random,
): GuardPlan | undefined {
  for (const name of asked?.keys() ?? []) {
    if (!all.some((each) => each.name === name))
      throw new GatewayError('unknown_guardrail', { param: 'guardrails', facts: { guardrail: name } });
  }
  for (const name of ofCaller) {
    if (!all.some((each) => each.name === name))
      throw new GatewayError('guardrail_unavailable', { facts: { guardrail: name } });
  }
  const applies = ({ name, isDefault }: ActiveGuardrail): boolean =>
    (isDefault && !withoutDefaults) || ofCaller.includes(name) || asked?.has(name) === true;
  const groups = new Map<string, ActiveGuardrail[]>();
  for (const each of all.filter(applies)) groups.set(each.name, [...(groups.get(each.name) ?? []), each]);
  if (groups.size === 0) return undefined;
  const chosen = [...groups.values()]
    .flatMap((members) => members[Math.floor(random() * members.length)] ?? [])
    .sort((left, right) => left.order - right.order)
    .map((each) => ({ planned: { ...each, extraBody: asked?.get(each.name) ?? nothing }, modes: modesOf(each, tags) }));
  const inMode = (mode: GuardrailMode): PlannedGuardrail[] =>
    chosen.filter(({ modes }) => modes.has(mode)).map(({ planned }) => planned);
  return Object.fromEntries(guardrailModes.map((mode) => [mode, inMode(mode)])) as unknown as GuardPlan;
}

function modesOf({ modes, tagModes }: ActiveGuardrail, tags: readonly string[]): ReadonlySet<GuardrailMode> {
  const tagged = tagModes ? tags.flatMap((tag) => tagModes.get(tag) ?? []) : [];
  return new Set(tagged.length > 0 ? tagged : modes);
}
