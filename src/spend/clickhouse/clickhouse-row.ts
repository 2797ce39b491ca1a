/** A row of the spend log as ClickHouse's table has it; docs/spend-reports.md has the statement that makes the table. */
import type { SpendLog } from '../../database/database-client.js';
import type { SpendDetail } from '../spend-row.js';

/** One object of `JSONEachRow`. 64-bit numbers are text, which ClickHouse reads as exactly. */
export function clickHouseRow(row: SpendLog): Record<string, unknown> {
  // Written by the spend room alone, in this shape.
  const detail = row.detail as unknown as SpendDetail;
  return {
    request_id: row.requestId,
    started_at: row.startedAt.toISOString(),
    ended_at: new Date(detail.endedAtMs).toISOString(),
    api_key: row.apiKeyHash,
    key_alias: detail.keyAlias ?? '',
    user_id: row.userId ?? '',
    team_id: row.teamId ?? '',
    organization_id: detail.organizationId ?? '',
    project_id: detail.projectId ?? '',
    end_user: row.endUser ?? '',
    session_id: detail.sessionId ?? '',
    call_type: detail.callType ?? '',
    model_group: row.modelGroup,
    model: row.model,
    model_id: row.modelId,
    provider: detail.provider ?? '',
    status: row.status,
    error_code: detail.errorCode ?? '',
    stream: detail.stream,
    cache_hit: detail.cacheHit === true,
    tags: detail.tags ?? [],
    prompt_tokens: String(detail.promptTokens),
    completion_tokens: String(detail.completionTokens),
    spend_nanos: String(row.spendNanos),
    detail: JSON.stringify(detail),
  };
}
