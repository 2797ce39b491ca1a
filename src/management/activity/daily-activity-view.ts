/** Shows sums by day as LiteLLM's daily activity: each day with its metrics, and those by model, provider, key and entity. */
import { usdFromNanos } from '../../core/pricing/money.js';
import type { DailySpend } from '../../database/database-client.js';
import type { Amounts } from '../spend/daily-sums.repository.js';

export interface KeyMetadata {
  readonly key_alias: string | null;
  readonly team_id: string | null;
  readonly user_id: string | null;
  readonly user_email: string | null;
  readonly key_exists: boolean;
}

/** What is known of the names in the sums. */
export interface Known {
  readonly keys: ReadonlyMap<string, KeyMetadata>;
  readonly entities: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export interface ActivityMetrics {
  readonly spend: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly total_tokens: number;
  readonly successful_requests: number;
  readonly failed_requests: number;
  readonly api_requests: number;
}

export interface ActivityDay {
  readonly date: string;
  readonly metrics: ActivityMetrics;
  readonly breakdown: Readonly<Record<string, object>>;
}

type EntityOf = (sum: DailySpend) => string;

const unknownKey: KeyMetadata = { key_alias: null, team_id: null, user_id: null, user_email: null, key_exists: false };
/** What LiteLLM calls those whom a row does not name. */
const UNASSIGNED = 'Unassigned';

export function activityDays(sums: readonly DailySpend[], entityOf: EntityOf, known: Known): ActivityDay[] {
  const none: Known['entities'] = new Map();
  return [...Map.groupBy(sums, ({ date }) => date)].map(([date, ofDay]) => {
    const by = (nameOf: EntityOf, facts = none): object => breakdown(ofDay, nameOf, facts, known);
    return {
      date,
      metrics: metricsOf(ofDay),
      breakdown: {
        mcp_servers: {},
        models: by(({ model }) => model),
        model_groups: by(({ modelGroup }) => modelGroup),
        providers: by(({ provider }) => provider || 'unknown'),
        endpoints: {},
        api_keys: keyBreakdown(ofDay, known),
        entities: by((sum) => entityOf(sum) || UNASSIGNED, known.entities),
      },
    };
  });
}

export function metricsOf(sums: readonly Amounts[]): ActivityMetrics {
  const total = (what: (sum: Amounts) => bigint): number => Number(sums.reduce((all, sum) => all + what(sum), 0n));
  const requests = sums.reduce((all, sum) => all + sum.requests, 0);
  const failed = sums.reduce((all, sum) => all + sum.failedRequests, 0);
  return {
    spend: usdFromNanos(sums.reduce((all, { spendNanos }) => all + spendNanos, 0n)),
    prompt_tokens: total(({ promptTokens }) => promptTokens),
    completion_tokens: total(({ completionTokens }) => completionTokens),
    cache_read_input_tokens: total(({ cacheReadTokens }) => cacheReadTokens),
    cache_creation_input_tokens: total(({ cacheWriteTokens }) => cacheWriteTokens),
    total_tokens: total(({ promptTokens, completionTokens }) => promptTokens + completionTokens),
    successful_requests: requests - failed,
    failed_requests: failed,
    api_requests: requests,
  };
}

function breakdown(
  sums: readonly DailySpend[],
  nameOf: EntityOf,
  facts: Known['entities'],
  known: Known,
): Record<string, object> {
  const groups = [...Map.groupBy(sums, nameOf)].filter(([name]) => name !== '');
  return Object.fromEntries(
    groups.map(([name, ofName]) => [
      name,
      { metrics: metricsOf(ofName), metadata: facts.get(name) ?? {}, api_key_breakdown: keyBreakdown(ofName, known) },
    ]),
  );
}

function keyBreakdown(sums: readonly DailySpend[], { keys }: Known): Record<string, object> {
  return Object.fromEntries(
    [...Map.groupBy(sums, ({ apiKeyHash }) => apiKeyHash)].map(([hash, ofKey]) => [
      hash,
      { metrics: metricsOf(ofKey), metadata: keys.get(hash) ?? unknownKey },
    ]),
  );
}
