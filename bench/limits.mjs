/**
 * What admission costs a request: microseconds to admit and to settle it with so many limited accounts on its path, all of it in
 * memory, as for a request whose leases are at hand. Needs a build: scripts/with-node node --expose-gc bench/limits.mjs
 */
import { AdmissionService } from '../dist/limits/admission.service.js';
import { AccountBudget } from '../dist/limits/budgets/account-budget.js';
import { BudgetGate } from '../dist/limits/budgets/budget-gate.js';

const [warmUps, rounds, perRound] = [20_000, 9, 20_000];
const maxNanos = 10n ** 17n;
const request = {
  ...{ requestId: 'r', model: 'm', endUser: undefined, tags: [] },
  caller: { keyHash: 'k', keyAlias: undefined, userId: undefined, teamId: undefined },
  estimate: { nanos: 1_000n, tokens: 10 },
};
const outcome = { nanos: 900n, promptTokens: 5, completionTokens: 5 };
const start = performance.now();
const clock = { now: () => start, monotonic: () => start };

function accountOf(n) {
  const id = `team:${n}`;
  const account = { id, owner: id, model: null, spentNanos: 0n, committedNanos: 0n, maxNanos, epoch: 0 };
  const store = { grant: async () => true, findAccount: async () => ({ account, leases: { ownSettledNanos: new Map(), othersLeftNanos: 0n, others: 0 } }) }; // prettier-ignore
  return new AccountBudget(
    { ...account, increaseNanos: null, increaseUntil: null, resetAt: null },
    { store, clock, seen: () => undefined, exceededStatus: () => undefined, recallPatience: {}, pause: async () => {} },
  );
}

async function measure(accounts) {
  const all = Array.from({ length: accounts }, (_, n) => accountOf(n));
  for (const account of all) await account.leases.grant({ account: account.id, epoch: 0, maxNanos }, maxNanos / 2n);
  const directory = { find: () => [{ accounts: all }] };
  const settings = { current: () => ({ budgets: { reserves: true, usersPayForTeamKeys: true } }) };
  const admission = new AdmissionService([new BudgetGate(directory, { hasProvider: () => false }, settings)]);
  const once = () => admission.admit(request).settle(outcome);
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

for (const accounts of [0, 1, 4, 8])
  console.log(`${accounts} limited accounts: ${(await measure(accounts)).toFixed(2)} us to admit and settle`);
