/**
 * The attack: a caller who is limited makes, or changes, a key that is not, and goes on with that one (S-08).
 * Whatever is asked for, what is granted is within what the caller holds, in every field.
 */
import fc from 'fast-check';
import {
  allPowers,
  changedFields,
  checkGrant,
  grantFields,
  inheritPowers,
  type GrantField,
  type HeldBudget,
  type Holding,
  type Powers,
} from './grants.js';

const noGroups = (_model: string): readonly string[] => [];
const own = (powers: Partial<Powers>): Holding => ({ ...allPowers, ...powers, who: 'the key', holdsForTheKey: false });
const path = (powers: Partial<Powers>): Holding => ({ ...allPowers, ...powers, who: 'the team', holdsForTheKey: true });
const key = (powers: Partial<Powers>): Powers => ({ ...allPowers, ...powers });

function fieldRefused(granted: Powers, holding: Holding, groupsOf = noGroups): GrantField | null {
  try {
    checkGrant(granted, [holding], { groupsOf });
    return null;
  } catch (error) {
    return (error as { param: GrantField }).param;
  }
}

const usd = (amount: number, duration: string | null = null): HeldBudget => ({
  maxNanos: BigInt(amount) * 1_000_000_000n,
  duration,
});
const amounts = (rpm: number | null): Powers['amounts'] => ({ ...allPowers.amounts, rpm_limit: rpm });

describe('what the caller’s own key is held to', () => {
  it.each<[string, Partial<Powers>, Partial<Powers>, GrantField | null]>([
    ['all models', {}, { models: ['a'] }, 'models'],
    ['a model beyond', { models: ['a', 'b'] }, { models: ['a'] }, 'models'],
    ['a wider pattern', { models: ['*'] }, { models: ['openai/*'] }, 'models'],
    ['a narrower pattern', { models: ['openai/gpt-*'] }, { models: ['openai/*'] }, null],
    ['the special name for all', { models: ['all-proxy-models'] }, { models: ['a'] }, 'models'],
    ['the special name for none', { models: ['no-default-models'] }, { models: ['a'] }, null],
    ['the models of a team that is not looked at', { models: ['all-team-models'] }, { models: ['a'] }, 'models'],
    ['an alias that leads beyond', { models: ['a'], aliasTargets: ['b'] }, { models: ['a'] }, 'aliases'],
    ['all routes', {}, { allowedRoutes: ['llm_api_routes'] }, 'allowed_routes'],
    ['a group beyond', { allowedRoutes: ['management_routes'] }, { allowedRoutes: ['llm_api_routes'] }, 'allowed_routes'], // prettier-ignore
    ['a group within', { allowedRoutes: ['openai_routes'] }, { allowedRoutes: ['llm_api_routes'] }, null],
    ['a path within', { allowedRoutes: ['/v1/models'] }, { allowedRoutes: ['/v1/*'] }, null],
    ['a path beside', { allowedRoutes: ['/v2/models'] }, { allowedRoutes: ['/v1/*'] }, 'allowed_routes'],
    ['all addresses', {}, { allowedIps: ['10.0.0.1'] }, 'allowed_ips'],
    ['another address', { allowedIps: ['10.0.0.2'] }, { allowedIps: ['10.0.0.1'] }, 'allowed_ips'],
    ['fewer enforced parameters', {}, { enforcedParams: ['user'] }, 'enforced_params'],
    ['all that may be said of the cache', {}, { allowedCacheControls: ['ttl'] }, 'allowed_cache_controls'],
    ['a cache control beyond', { allowedCacheControls: ['no-cache'] }, { allowedCacheControls: ['ttl'] }, 'allowed_cache_controls'], // prettier-ignore
    ['a cache control within', { allowedCacheControls: ['ttl'] }, { allowedCacheControls: ['ttl', 'no-cache'] }, null],
    ['all passed paths', {}, { passThroughAllowed: ['/a'] }, 'allowed_passthrough_routes'],
    ['a passed path below', { passThroughAllowed: ['/a/b'] }, { passThroughAllowed: ['/a/*'] }, null],
    ['a passed path beside', { passThroughAllowed: ['/ab'] }, { passThroughAllowed: ['/a'] }, 'allowed_passthrough_routes'], // prettier-ignore
    ['fewer denied paths', {}, { passThroughDenied: ['/a'] }, 'denied_passthrough_routes'],
    ['a longer life', { expiresAtMs: 2 }, { expiresAtMs: 1 }, 'duration'],
    ['an endless life', {}, { expiresAtMs: 1 }, 'duration'],
    ['more money', { budget: usd(11) }, { budget: usd(10) }, 'max_budget'],
    ['no budget', {}, { budget: usd(10) }, 'max_budget'],
    ['the same money in a shorter time', { budget: usd(10, '1d') }, { budget: usd(10, '30d') }, 'max_budget'],
    ['the same money again and again', { budget: usd(10, '30d') }, { budget: usd(10) }, 'max_budget'],
    ['the same money in a longer time', { budget: usd(10, '2mo') }, { budget: usd(10, '30d') }, null],
    ['less money', { budget: usd(9, '30d') }, { budget: usd(10, '1mo') }, null],
    ['no window', {}, { windows: { '1d': 5n } }, 'budget_limits'],
    ['a wider window', { windows: { '1d': 6n } }, { windows: { '1d': 5n } }, 'budget_limits'],
    ['one more window', { windows: { '1d': 5n, '1h': 9n } }, { windows: { '1d': 5n } }, null],
    ['no budget for a model', {}, { modelBudgets: { a: usd(1) } }, 'model_max_budget'],
    ['no rate', {}, { amounts: amounts(5) }, 'rpm_limit'],
    ['a higher rate', { amounts: amounts(6) }, { amounts: amounts(5) }, 'rpm_limit'],
    ['the same rate', { amounts: amounts(5) }, { amounts: amounts(5) }, null],
  ])('%s', (_what, granted, held, refused) => {
    expect(fieldRefused(key(granted), own(held))).toBe(refused);
  });

  it('names the field, whoever is held to less, and to what', () => {
    expect(() => checkGrant(key({ budget: usd(11) }), [own({ budget: usd(10) })], { groupsOf: noGroups })).toThrow(
      '`max_budget` goes beyond what the key has: {"max_budget":10,"duration":null}. Nobody can give more than they have.',
    );
  });

  it('a model is within an access group that is held', () => {
    const groupsOf = (model: string): readonly string[] => (model === 'a' ? ['group'] : []);
    expect(fieldRefused(key({ models: ['a'] }), own({ models: ['group'] }), groupsOf)).toBeNull();
    expect(fieldRefused(key({ models: ['b'] }), own({ models: ['group'] }), groupsOf)).toBe('models');
  });
});

describe('what the new key’s own requests are held to anyway', () => {
  it('need not be repeated', () => {
    const held = { models: ['a'], budget: usd(1, '30d'), amounts: amounts(5), windows: { '1d': 5n } };
    expect(fieldRefused(key({}), path(held))).toBeNull();
    expect(fieldRefused(key({ models: ['all-team-models'] }), path(held))).toBeNull();
    expect(fieldRefused(key({ budget: usd(1, '1d') }), path(held))).toBeNull();
  });

  it.each<[Partial<Powers>, Partial<Powers>, GrantField]>([
    [{ models: ['b'] }, { models: ['a'] }, 'models'],
    [{ budget: usd(2) }, { budget: usd(1) }, 'max_budget'],
    [{ amounts: amounts(6) }, { amounts: amounts(5) }, 'rpm_limit'],
  ])('is not exceeded by %j', (granted, held, refused) => {
    expect(fieldRefused(key(granted), path(held))).toBe(refused);
  });
});

it('what is not given anew is not looked at', () => {
  const before = key({ budget: usd(100), models: ['b'] });
  const after = { ...before, models: ['a'] };
  const fields = changedFields(before, after);
  expect([...fields]).toEqual(['models']);
  const holding = own({ models: ['a'], budget: usd(10) });
  expect(() => checkGrant(after, [holding], { groupsOf: noGroups, fields })).not.toThrow();
  expect(() => checkGrant(after, [holding], { groupsOf: noGroups })).toThrow();
});

describe('whatever is asked for', () => {
  const names = fc.subarray(['a', 'b', 'c', 'd/*', 'd/e']);
  const routes = fc.subarray(['llm_api_routes', 'openai_routes', 'management_routes', '/v1/*', '/v1/models', '/x']);
  const amount = fc.option(fc.integer({ min: 0, max: 9 }));
  const budget = fc.record({
    maxNanos: fc.bigInt({ min: 0n, max: 9n }),
    duration: fc.constantFrom(null, '1h', '1d', '30d', '1mo'),
  });
  const dictionary = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
    fc.dictionary(fc.constantFrom('1d', '7d', 'a', 'b'), values, { noNullPrototype: true });
  const counts = dictionary(fc.integer({ min: 0, max: 9 }));
  const powers: fc.Arbitrary<Powers> = fc.record({
    models: names,
    aliasTargets: names,
    allowedRoutes: routes,
    allowedIps: fc.subarray(['10.0.0.1', '10.0.0.2']),
    enforcedParams: fc.subarray(['user', 'metadata']),
    allowedCacheControls: fc.subarray(['ttl', 'no-cache']),
    passThroughAllowed: fc.subarray(['/a', '/a/b', '/a/*', '/c']),
    passThroughDenied: fc.subarray(['/a', '/c']),
    expiresAtMs: amount,
    budget: fc.option(budget),
    windows: dictionary(fc.bigInt({ min: 0n, max: 9n })),
    modelBudgets: dictionary(budget),
    amounts: fc.record({ rpm_limit: amount, tpm_limit: amount, tpd_limit: amount, max_parallel_requests: amount }),
    namedAmounts: fc.record({ model_rpm_limit: counts, model_tpm_limit: counts, tag_rpm_limit: counts }),
  });
  const hours: Readonly<Record<string, number>> = { '1h': 1, '1d': 24, '30d': 720, '1mo': 720 };
  const most = (value: number | null): number => value ?? Infinity;
  /** What a budget lets be spent in three thousand hours. */
  const spendable = (held: HeldBudget | undefined | null): number => {
    if (!held) return Infinity;
    return Number(held.maxNanos) * (held.duration === null ? 1 : 3_000 / (hours[held.duration] ?? 1));
  };
  const opens = (allowed: readonly string[], one: string): boolean =>
    allowed.length === 0 ||
    allowed.includes(one) ||
    (one.startsWith('d/') && allowed.includes('d/*')) ||
    (one.startsWith('/v1/') && allowed.includes('/v1/*')) ||
    (one === 'openai_routes' && allowed.includes('llm_api_routes'));
  const opensPath = (allowed: readonly string[], one: string): boolean =>
    allowed.length === 0 ||
    allowed.includes(one) ||
    (one.startsWith('/a') && (allowed.includes('/a') || allowed.includes('/a/*')));
  const universe = ['a', 'b', 'c', 'd/e', 'd/f'];
  const doors = ['llm_api_routes', 'openai_routes', 'management_routes', '/v1/models', '/v1/other', '/x'];

  /** Measured by what can be done with a key, and not as the rules measure it. */
  function exceeds(granted: Powers, held: Powers): GrantField[] {
    const beyond: Record<GrantField, boolean> = {
      models: universe.some((model) => opens(granted.models, model) && !opens(held.models, model)),
      aliases: granted.aliasTargets.some((target) => !opens(held.models, target)),
      allowed_routes: doors.some((door) => opens(granted.allowedRoutes, door) && !opens(held.allowedRoutes, door)),
      allowed_ips: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].some(
        (address) => opens(granted.allowedIps, address) && !opens(held.allowedIps, address),
      ),
      enforced_params: held.enforcedParams.some((param) => !granted.enforcedParams.includes(param)),
      allowed_cache_controls: ['ttl', 'no-cache', 'no-store'].some(
        (control) => opens(granted.allowedCacheControls, control) && !opens(held.allowedCacheControls, control),
      ),
      allowed_passthrough_routes: ['/a', '/a/b', '/a/c', '/c', '/d'].some(
        (one) => opensPath(granted.passThroughAllowed, one) && !opensPath(held.passThroughAllowed, one),
      ),
      denied_passthrough_routes: held.passThroughDenied.some((path) => !granted.passThroughDenied.includes(path)),
      duration: most(granted.expiresAtMs) > most(held.expiresAtMs),
      max_budget: spendable(granted.budget) > spendable(held.budget),
      budget_limits: Object.entries(held.windows).some(([name, value]) => (granted.windows[name] ?? 99n) > value),
      model_max_budget: Object.entries(held.modelBudgets).some(
        ([name, value]) => spendable(granted.modelBudgets[name]) > spendable(value),
      ),
      rpm_limit: most(granted.amounts.rpm_limit) > most(held.amounts.rpm_limit),
      tpm_limit: most(granted.amounts.tpm_limit) > most(held.amounts.tpm_limit),
      tpd_limit: most(granted.amounts.tpd_limit) > most(held.amounts.tpd_limit),
      max_parallel_requests: most(granted.amounts.max_parallel_requests) > most(held.amounts.max_parallel_requests),
      model_rpm_limit: exceedsAny(granted, held, 'model_rpm_limit'),
      model_tpm_limit: exceedsAny(granted, held, 'model_tpm_limit'),
      tag_rpm_limit: exceedsAny(granted, held, 'tag_rpm_limit'),
    };
    return grantFields.filter((field) => beyond[field]);
  }
  function exceedsAny(granted: Powers, held: Powers, field: keyof Powers['namedAmounts']): boolean {
    return Object.entries(held.namedAmounts[field]).some(
      ([name, value]) => (granted.namedAmounts[field][name] ?? Infinity) > value,
    );
  }

  it('what is granted is within what the caller’s key holds, or a field is refused that is beyond it', () => {
    let granted = 0;
    fc.assert(
      fc.property(powers, powers, fc.subarray([...grantFields], { maxLength: 4 }), (wished, held, fields) => {
        const asked = fields.reduce((powersSoFar, field) => withField(powersSoFar, wished, field), allPowers);
        const holding = own(held);
        const got = inheritPowers(asked, [holding]);
        const refused = fieldRefused(got, holding);
        if (refused !== null) return;
        granted += 1;
        expect(exceeds(got, held)).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    expect(granted).toBeGreaterThan(100);
  });

  it('a key without wishes always gets what the caller’s key has, and no field is refused', () => {
    fc.assert(
      fc.property(powers, (held) => {
        const holding = own(held);
        const got = inheritPowers(allPowers, [holding]);
        expect(fieldRefused(got, holding)).toBeNull();
        expect(exceeds(got, held)).toEqual([]);
      }),
    );
  });

  it.each(grantFields)('a change of %s alone is refused where it goes beyond', (field) => {
    let refusals = 0;
    fc.assert(
      fc.property(powers, powers, (wished, held) => {
        const holding = own(held);
        const before = inheritPowers(allPowers, [holding]);
        const after = withField(before, wished, field);
        if (!exceeds(after, held).includes(field)) return;
        refusals += 1;
        const fields = changedFields(before, after);
        expect(() => checkGrant(after, [holding], { groupsOf: noGroups, fields })).toThrow(`\`${field}\``);
      }),
      { numRuns: 500 },
    );
    expect(refusals).toBeGreaterThan(0);
  });

  function withField(before: Powers, wished: Powers, field: GrantField): Powers {
    switch (field) {
      case 'models':
        return { ...before, models: wished.models };
      case 'aliases':
        return { ...before, aliasTargets: wished.aliasTargets };
      case 'allowed_routes':
        return { ...before, allowedRoutes: wished.allowedRoutes };
      case 'allowed_ips':
        return { ...before, allowedIps: wished.allowedIps };
      case 'enforced_params':
        return { ...before, enforcedParams: wished.enforcedParams };
      case 'allowed_cache_controls':
        return { ...before, allowedCacheControls: wished.allowedCacheControls };
      case 'allowed_passthrough_routes':
        return { ...before, passThroughAllowed: wished.passThroughAllowed };
      case 'denied_passthrough_routes':
        return { ...before, passThroughDenied: wished.passThroughDenied };
      case 'duration':
        return { ...before, expiresAtMs: wished.expiresAtMs };
      case 'max_budget':
        return { ...before, budget: wished.budget };
      case 'budget_limits':
        return { ...before, windows: wished.windows };
      case 'model_max_budget':
        return { ...before, modelBudgets: wished.modelBudgets };
      case 'rpm_limit':
      case 'tpm_limit':
      case 'tpd_limit':
      case 'max_parallel_requests':
        return { ...before, amounts: { ...before.amounts, [field]: wished.amounts[field] } };
      default:
        return { ...before, namedAmounts: { ...before.namedAmounts, [field]: wished.namedAmounts[field] } };
    }
  }
});
