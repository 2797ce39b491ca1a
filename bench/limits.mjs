/**
 * What limits cost a request: microseconds to admit and to settle it, all of it in memory, as for a request whose owners are known and
 * whose leases are at hand. Needs a build: scripts/with-node node --expose-gc bench/limits.mjs
 */
import { AnswerHeaders } from '../dist/gateway/answer-headers.js';
import { AdmissionService } from '../dist/limits/admission.service.js';
import { AccountBudget } from '../dist/limits/budgets/account-budget.js';
import { BudgetGate } from '../dist/limits/budgets/budget-gate.js';
import { MemoryRateStore } from '../dist/limits/rates/memory-rate-store.js';
import { RateGate } from '../dist/limits/rates/rate-gate.js';

const [warmUps, rounds, perRound] = [20_000, 9, 20_000];
const maxNanos = 10n ** 17n;
const caller = {
  ...{ keyHash: 'a'.repeat(64), keyAlias: undefined, userId: 'ada', teamId: 'research' },
  ...{ organizationId: 'example', projectId: undefined },
};
const request = {
  ...{ requestId: 'r', model: 'm', endUser: undefined, tags: [], caller },
  estimate: { nanos: 1_000n, leastNanos: 500n, tokens: 1_010, guessedTokens: 1_000 },
};
const outcome = { nanos: 900n, promptTokens: 5, completionTokens: 5 };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const settings = { current: () => ({ budgets: { reserves: true, usersPayForTeamKeys: true } }) };

function accountOf(n) {
  const id = `team:${n}`;
  const account = { id, owner: id, model: null, spentNanos: 0n, committedNanos: 0n, maxNanos, epoch: 0 };
  const store = { grant: async () => true, findAccount: async () => ({ account, leases: { ownSettledNanos: new Map(), othersLeftNanos: 0n, others: 0 } }) }; // prettier-ignore
  return new AccountBudget(
    { ...account, increaseNanos: null, increaseUntil: null, resetAt: null },
    { store, clock, seen: () => undefined, exceededStatus: () => undefined, recallPatience: {}, pause: async () => {} },
  );
}

async function budgetGate(count) {
  const accounts = Array.from({ length: count }, (_, n) => accountOf(n));
  for (const account of accounts)
    await account.leases.grant({ account: account.id, epoch: 0, maxNanos }, maxNanos / 2n);
  const found = [{ accounts }];
  return new BudgetGate({ find: () => found }, { hasProvider: () => false }, settings);
}

/** Requests and tokens a minute of so many of those whom the request is on behalf of: the key, the user, the team, the organization. */
function rateGate(count) {
  const limit = { rpm_limit: 1e9, tpm_limit: 2e9 };
  const places = [1, 2, 3, 5].slice(0, count);
  const limits = Array.from({ length: 6 }, (_, place) => (places.includes(place) ? limit : undefined));
  const options = { source: { limitsOf: () => limits }, local: new MemoryRateStore(clock), clock };
  return new RateGate({ ...options, shared: undefined, failsClosed: () => false });
}

function measure(once) {
  for (let n = 0; n < warmUps; n += 1) once();
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const before = performance.now();
    for (let n = 0; n < perRound; n += 1) once();
    times.push(((performance.now() - before) * 1_000) / perRound);
  }
  return times.sort((a, b) => a - b)[(rounds - 1) / 2];
}

async function show(budgets, rates) {
  const admission = new AdmissionService([rateGate(rates), await budgetGate(budgets)]);
  const cost = measure(() => admission.admit(request).settle(outcome));
  const withHeaders = measure(() => {
    const grant = admission.admit(request);
    grant.addHeaders?.(new AnswerHeaders());
    grant.settle(outcome);
  });
  const what = `${budgets} budgets, rates of ${rates}`.padEnd(24);
  console.log(`${what} ${cost.toFixed(2)} us to admit and settle, ${withHeaders.toFixed(2)} us with the headers`);
}

for (const [budgets, rates] of [[0, 0], [1, 0], [4, 0], [8, 0], [0, 4], [4, 4]]) await show(budgets, rates); // prettier-ignore
