/** LiteLLM's summary of the spend log: for each day its total, and by key, user and model. */
import { usdFromNanos } from '../../core/pricing/money.js';
import { isoDay } from './report-query.js';
import type { DaySum } from './spend-log.repository.js';

export const DAY_MS = 86_400_000;

export function startOfDay(moment: Date): number {
  return Math.floor(moment.getTime() / DAY_MS) * DAY_MS;
}

export function summaryOf(day: number, sums: readonly DaySum[]): Record<string, unknown> {
  const keys = new Map<string, bigint>();
  const users = new Map<string, bigint>();
  const models = new Map<string, bigint>();
  let total = 0n;
  for (const { apiKeyHash, userId, model, spendNanos } of sums) {
    total += spendNanos;
    for (const [amounts, name] of [
      [keys, apiKeyHash],
      [users, userId],
      [models, model],
    ] as const) {
      amounts.set(name, (amounts.get(name) ?? 0n) + spendNanos);
    }
  }
  return {
    ...inUsd(keys),
    users: inUsd(users),
    models: inUsd(models),
    spend: usdFromNanos(total),
    startTime: isoDay(day),
  };
}

export function emptyDay(day: number): Record<string, unknown> {
  return { startTime: isoDay(day), spend: 0, users: {}, models: {} };
}

function inUsd(sums: ReadonlyMap<string, bigint>): Record<string, number> {
  return Object.fromEntries([...sums].map(([name, nanos]) => [name, usdFromNanos(nanos)]));
}
