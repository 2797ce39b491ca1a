/** Nobody grants more than they hold: what a key may be given, field by field, by what its giver is held to. Pure rules. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { mayUseModel } from '../model-access.js';
import { holdsPassThroughPath } from '../routes/pass-through-path.js';
import { routesWithin } from './route-containment.js';

export interface HeldBudget {
  readonly maxNanos: bigint;
  /** Such as `30d`; null: it is never reset. */
  readonly duration: string | null;
}

export type AmountField = (typeof amountFields)[number];
export type NamedAmountField = (typeof namedAmountFields)[number];

const amountFields = ['rpm_limit', 'tpm_limit', 'tpd_limit', 'max_parallel_requests'] as const;
const namedAmountFields = ['model_rpm_limit', 'model_tpm_limit', 'tag_rpm_limit'] as const;

/** What a key is given, or what somebody is held to. Empty lists and nulls stand for no restriction. */
export interface Powers {
  /** Names, patterns, access groups, and LiteLLM's special names. */
  readonly models: readonly string[];
  /** The models that names of a key's own lead to. */
  readonly aliasTargets: readonly string[];
  readonly allowedRoutes: readonly string[];
  /** Addresses that it may be used from, as they are written. */
  readonly allowedIps: readonly string[];
  /** What every request has to say. */
  readonly enforcedParams: readonly string[];
  /** What requests may say of the cache; empty for all. */
  readonly allowedCacheControls: readonly string[];
  /** The paths that it may call by pass-through. */
  readonly passThroughAllowed: readonly string[];
  /** Those that it may not, whatever the others say. */
  readonly passThroughDenied: readonly string[];
  readonly expiresAtMs: number | null;
  readonly budget: HeldBudget | null;
  /** Nano-dollars by duration. */
  readonly windows: Readonly<Record<string, bigint>>;
  readonly modelBudgets: Readonly<Record<string, HeldBudget>>;
  readonly amounts: Readonly<Record<AmountField, number | null>>;
  readonly namedAmounts: Readonly<Record<NamedAmountField, Readonly<Record<string, number>>>>;
}

/** No restriction at all. */
export const allPowers: Powers = {
  models: [],
  aliasTargets: [],
  allowedRoutes: [],
  allowedIps: [],
  enforcedParams: [],
  allowedCacheControls: [],
  passThroughAllowed: [],
  passThroughDenied: [],
  expiresAtMs: null,
  budget: null,
  windows: {},
  modelBudgets: {},
  amounts: { rpm_limit: null, tpm_limit: null, tpd_limit: null, max_parallel_requests: null },
  namedAmounts: { model_rpm_limit: {}, model_tpm_limit: {}, tag_rpm_limit: {} },
};

export interface Holding extends Powers {
  /** As a refusal names it, such as `the key that you use`. */
  readonly who: string;
  /**
   * The granted key's requests are held to it as well (its user, its team, its organization): there a key that says nothing has no more than
   * it. What holds for the giver's key alone is lost where the new key does not repeat it.
   */
  readonly holdsForTheKey: boolean;
}

export const grantFields = [
  'models',
  'aliases',
  'allowed_routes',
  'allowed_ips',
  'enforced_params',
  'allowed_cache_controls',
  'allowed_passthrough_routes',
  'denied_passthrough_routes',
  'duration',
  'max_budget',
  'budget_limits',
  'model_max_budget',
  ...amountFields,
  ...namedAmountFields,
] as const;
export type GrantField = (typeof grantFields)[number];

export interface GrantOptions {
  /** The access groups that a model is in. */
  readonly groupsOf: (model: string) => readonly string[];
  /** What is given anew; the others stay as they were, and nobody gives them. */
  readonly fields?: ReadonlySet<GrantField>;
}

/** What a key gets where its request says nothing: as much as the giver's own key has. */
export function inheritPowers(asked: Powers, holdings: readonly Holding[]): Powers {
  return holdings.filter(({ holdsForTheKey }) => !holdsForTheKey).reduce(inheritFrom, asked);
}

function inheritFrom(asked: Powers, held: Powers): Powers {
  const amounts = amountFields.map((field) => [field, asked.amounts[field] ?? held.amounts[field]] as const);
  const named = namedAmountFields.map(
    (field) => [field, { ...held.namedAmounts[field], ...asked.namedAmounts[field] }] as const,
  );
  return {
    models: asked.models.length > 0 ? asked.models : held.models,
    aliasTargets: asked.aliasTargets,
    allowedRoutes: asked.allowedRoutes.length > 0 ? asked.allowedRoutes : held.allowedRoutes,
    allowedIps: asked.allowedIps.length > 0 ? asked.allowedIps : held.allowedIps,
    enforcedParams: [...new Set([...asked.enforcedParams, ...held.enforcedParams])],
    allowedCacheControls:
      asked.allowedCacheControls.length > 0 ? asked.allowedCacheControls : held.allowedCacheControls,
    passThroughAllowed: asked.passThroughAllowed.length > 0 ? asked.passThroughAllowed : held.passThroughAllowed,
    passThroughDenied: [...new Set([...asked.passThroughDenied, ...held.passThroughDenied])],
    expiresAtMs: asked.expiresAtMs ?? held.expiresAtMs,
    budget: asked.budget ?? held.budget,
    windows: { ...held.windows, ...asked.windows },
    modelBudgets: { ...held.modelBudgets, ...asked.modelBudgets },
    amounts: Object.fromEntries(amounts) as Powers['amounts'],
    namedAmounts: Object.fromEntries(named) as Powers['namedAmounts'],
  };
}

/** The fields in which two keys differ. */
export function changedFields(before: Powers, after: Powers): Set<GrantField> {
  return new Set(grantFields.filter((field) => textOf(partOf(before, field)) !== textOf(partOf(after, field))));
}

/** @throws GatewayError `forbidden` that names the field, whoever is held to less, and to what */
export function checkGrant(granted: Powers, holdings: readonly Holding[], options: GrantOptions): void {
  for (const holding of holdings) {
    for (const field of grantFields) {
      if (options.fields && !options.fields.has(field)) continue;
      if (isWithin(field, granted, holding, options)) continue;
      const reason = `\`${field}\` goes beyond what ${holding.who} has: ${shown(partOf(holding, field === 'aliases' ? 'models' : field))}. Nobody can give more than they have.`;
      throw new GatewayError('forbidden', { param: field, facts: { reason } });
    }
  }
}

function isWithin(field: GrantField, granted: Powers, held: Holding, options: GrantOptions): boolean {
  const mayStaySilent = held.holdsForTheKey;
  switch (field) {
    case 'models':
      return modelsWithin(granted.models, held, options);
    case 'aliases':
      return granted.aliasTargets.length === 0 || modelsWithin(granted.aliasTargets, held, options);
    case 'allowed_routes':
      return (
        (mayStaySilent && granted.allowedRoutes.length === 0) || routesWithin(granted.allowedRoutes, held.allowedRoutes)
      );
    case 'allowed_ips':
      return addressesWithin(granted.allowedIps, held.allowedIps);
    case 'enforced_params':
      return mayStaySilent || held.enforcedParams.every((param) => granted.enforcedParams.includes(param));
    case 'allowed_cache_controls':
      return controlsWithin(granted.allowedCacheControls, held.allowedCacheControls, mayStaySilent);
    case 'allowed_passthrough_routes':
      return pathsWithin(granted.passThroughAllowed, held.passThroughAllowed, mayStaySilent);
    case 'denied_passthrough_routes':
      return mayStaySilent || held.passThroughDenied.every((path) => granted.passThroughDenied.includes(path));
    case 'duration':
      return within(granted.expiresAtMs, held.expiresAtMs, mayStaySilent);
    case 'max_budget':
      return budgetWithin(granted.budget, held.budget, mayStaySilent);
    case 'budget_limits':
      return eachWithin(granted.windows, held.windows, mayStaySilent, within);
    case 'model_max_budget':
      return eachWithin(granted.modelBudgets, held.modelBudgets, mayStaySilent, budgetWithin);
    case 'rpm_limit':
    case 'tpm_limit':
    case 'tpd_limit':
    case 'max_parallel_requests':
      return within(granted.amounts[field], held.amounts[field], mayStaySilent);
    case 'model_rpm_limit':
    case 'model_tpm_limit':
    case 'tag_rpm_limit':
      return eachWithin(granted.namedAmounts[field], held.namedAmounts[field], mayStaySilent, within);
  }
}

/** Names that stand for whatever the key's owners may use, and for nothing. */
const ownersModels: ReadonlySet<string> = new Set(['all-team-models', 'all-org-models']);
const noModels = 'no-default-models';
const allModels = 'all-proxy-models';

function modelsWithin(granted: readonly string[], held: Holding, { groupsOf }: GrantOptions): boolean {
  if (held.models.length === 0 || held.models.includes(allModels)) return true;
  const asked = granted.filter((model) => model !== noModels);
  if (asked.length === 0 && granted.length > 0) return true;
  if (held.holdsForTheKey) {
    return asked.every(
      (model) => model === allModels || ownersModels.has(model) || mayUseModel(held.models, model, groupsOf(model)),
    );
  }
  // What the owners may use cannot be told from here: it is within only what says the same.
  return asked.length > 0 && asked.every((model) => mayUseModel(held.models, model, groupsOf(model)));
}

function within<T extends number | bigint>(granted: T | null, held: T | null, mayStaySilent: boolean): boolean {
  if (held === null) return true;
  return granted === null ? mayStaySilent : granted <= held;
}

/** By what is written: whether one range lies within another is not looked at. */
function addressesWithin(granted: readonly string[], held: readonly string[]): boolean {
  if (held.length === 0) return true;
  return granted.length > 0 && granted.every((address) => held.includes(address));
}

/** A path stands for all that lies below it, with a star or without. */
function pathsWithin(granted: readonly string[], held: readonly string[], mayStaySilent: boolean): boolean {
  if (held.length === 0) return true;
  if (granted.length === 0) return mayStaySilent;
  return granted.every((path) => held.some((holder) => holdsPassThroughPath(holder, path)));
}

/** The same money in a shorter time is more money. */
function budgetWithin(granted: HeldBudget | null, held: HeldBudget | null, mayStaySilent: boolean): boolean {
  if (held === null) return true;
  if (granted === null) return mayStaySilent;
  if (granted.maxNanos > held.maxNanos) return false;
  if (mayStaySilent || granted.duration === null) return true;
  return held.duration !== null && lengthMs(granted.duration) >= lengthMs(held.duration);
}

function eachWithin<T>(
  granted: Readonly<Record<string, T>>,
  held: Readonly<Record<string, T>>,
  mayStaySilent: boolean,
  isOneWithin: (granted: T | null, held: T | null, mayStaySilent: boolean) => boolean,
): boolean {
  return Object.entries(held).every(([name, most]) => {
    const given = Object.hasOwn(granted, name) ? (granted[name] as T) : null;
    return isOneWithin(given, most, mayStaySilent);
  });
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // As budgets take it: `30d` and `1mo` both end with the month.
  mo: 30 * 86_400_000,
};

function lengthMs(duration: string): number {
  const [, amount = '0', unit = ''] = /^(\d+)(\D+)$/.exec(duration) ?? [];
  return Number(amount) * (unitMs[unit] ?? 0);
}

/** An empty list is no restriction. */
function controlsWithin(granted: readonly string[], held: readonly string[], maySayNothing: boolean): boolean {
  if (held.length === 0 || (maySayNothing && granted.length === 0)) return true;
  return granted.length > 0 && granted.every((control) => held.includes(control));
}

function partOf(powers: Powers, field: GrantField): unknown {
  switch (field) {
    case 'models':
      return powers.models;
    case 'aliases':
      return powers.aliasTargets;
    case 'allowed_routes':
      return powers.allowedRoutes;
    case 'allowed_ips':
      return powers.allowedIps;
    case 'enforced_params':
      return powers.enforcedParams;
    case 'allowed_cache_controls':
      return powers.allowedCacheControls;
    case 'allowed_passthrough_routes':
      return powers.passThroughAllowed;
    case 'denied_passthrough_routes':
      return powers.passThroughDenied;
    case 'duration':
      return powers.expiresAtMs;
    case 'max_budget':
      return powers.budget;
    case 'budget_limits':
      return powers.windows;
    case 'model_max_budget':
      return powers.modelBudgets;
    case 'rpm_limit':
    case 'tpm_limit':
    case 'tpd_limit':
    case 'max_parallel_requests':
      return powers.amounts[field];
    case 'model_rpm_limit':
    case 'model_tpm_limit':
    case 'tag_rpm_limit':
      return powers.namedAmounts[field];
  }
}

function textOf(part: unknown): string {
  return JSON.stringify(part, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? '';
}

/** For people: money in USD, moments as dates. */
function shown(part: unknown): string {
  if (typeof part === 'number' && part > 1e12) return new Date(part).toISOString();
  const text = JSON.stringify(part, (_name, value: unknown) =>
    typeof value === 'bigint' ? usdFromNanos(value) : value,
  );
  return (text ?? '').replace('"maxNanos"', '"max_budget"').slice(0, 300);
}
