/** Adds spend rows to the ledger's sums by day, in the transaction that writes them. */
import { createHash } from 'node:crypto';
import type { DailySpend, TransactionClient } from '../database/database-client.js';
import type { SpendRow } from './spend-row.js';

/** What a day's sum is the sum of. */
type Dimensions = Pick<
  DailySpend,
  | 'date'
  | 'kind'
  | 'entity'
  | 'apiKeyHash'
  | 'userId'
  | 'teamId'
  | 'organizationId'
  | 'projectId'
  | 'modelGroup'
  | 'model'
  | 'provider'
>;

/** What rows add to a sum. */
type Amounts = Omit<DailySpend, 'id' | keyof Dimensions>;

const DATE_LENGTH = 'YYYY-MM-DD'.length;

/**
 * Adds each row to one sum of its day, to one for its customer and to one for each of its tags. Sums are written in the order of their ids, so
 * that writers wait for each other and never in a circle.
 */
export async function foldDaily({ dailySpend }: TransactionClient, rows: readonly SpendRow[]): Promise<void> {
  for (const sum of dailySums(rows)) {
    const { requests, failedRequests, promptTokens, completionTokens } = sum;
    const { cacheReadTokens, cacheWriteTokens, spendNanos } = sum;
    await dailySpend.upsert({
      where: { id: sum.id },
      create: sum,
      update: {
        requests: { increment: requests },
        failedRequests: { increment: failedRequests },
        promptTokens: { increment: promptTokens },
        completionTokens: { increment: completionTokens },
        cacheReadTokens: { increment: cacheReadTokens },
        cacheWriteTokens: { increment: cacheWriteTokens },
        spendNanos: { increment: spendNanos },
      },
      select: { id: true },
    });
  }
}

/** What the rows add up to, by id. */
export function dailySums(rows: readonly SpendRow[]): DailySpend[] {
  const sums = new Map<string, DailySpend>();
  for (const row of rows) {
    const amounts = amountsOf(row);
    for (const dimensions of dimensionsOf(row)) {
      const id = idOf(dimensions);
      const before = sums.get(id);
      sums.set(id, before ? { ...before, ...added(before, amounts) } : { id, ...dimensions, ...amounts });
    }
  }
  return [...sums.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function dimensionsOf({ startedAt, detail, ...row }: SpendRow): Dimensions[] {
  const common = {
    date: startedAt.toISOString().slice(0, DATE_LENGTH),
    apiKeyHash: row.apiKeyHash,
    userId: row.userId ?? '',
    teamId: row.teamId ?? '',
    organizationId: detail.organizationId ?? '',
    projectId: detail.projectId ?? '',
    modelGroup: row.modelGroup,
    model: row.model,
    provider: detail.provider ?? '',
  };
  return [
    { ...common, kind: 'all', entity: '' },
    ...(row.endUser ? [{ ...common, kind: 'customer', entity: row.endUser }] : []),
    ...[...new Set(detail.tags)].map((tag) => ({ ...common, kind: 'tag', entity: tag })),
  ];
}

function amountsOf({ status, spendNanos, detail }: SpendRow): Amounts {
  const { usage } = detail;
  return {
    requests: 1,
    failedRequests: status === 'failure' ? 1 : 0,
    promptTokens: tokens(detail.promptTokens),
    completionTokens: tokens(detail.completionTokens),
    cacheReadTokens: tokens(usage?.cachedTokens),
    cacheWriteTokens: tokens(usage?.cacheCreationTokens) + tokens(usage?.cacheCreation1hTokens),
    spendNanos,
  };
}

function added(a: Amounts, b: Amounts): Amounts {
  return {
    requests: a.requests + b.requests,
    failedRequests: a.failedRequests + b.failedRequests,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    spendNanos: a.spendNanos + b.spendNanos,
  };
}

/** Counts come from providers' answers: what is no whole number of at least zero adds nothing. */
function tokens(count: number | undefined): bigint {
  return count !== undefined && count > 0 ? BigInt(Math.min(Math.trunc(count), Number.MAX_SAFE_INTEGER)) : 0n;
}

/** Names and tags hold any character: a list as JSON tells every two of them apart. */
function idOf(of: Dimensions): string {
  const parts = [of.date, of.kind, of.entity, of.apiKeyHash, of.userId, of.teamId, of.organizationId, of.projectId];
  const text = JSON.stringify([...parts, of.modelGroup, of.model, of.provider]);
  return createHash('sha256').update(text).digest('base64url');
}
