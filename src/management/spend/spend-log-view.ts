/** Shows a row of the spend log as LiteLLM's clients read it. */
import type { Usage } from '../../core/spec/index.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { AttemptDetail, SpendDetail } from '../../spend/spend-row.js';
import type { SpendLog, SpendPayload } from '../../database/database-client.js';

export function spendLogView(row: SpendLog): Record<string, unknown> {
  // Written by the spend room alone, in this shape.
  const detail = row.detail as unknown as SpendDetail;
  return {
    request_id: row.requestId,
    litellm_call_id: row.requestId,
    call_type: detail.callType ?? '',
    api_key: row.apiKeyHash,
    spend: usdFromNanos(row.spendNanos),
    total_tokens: row.totalTokens,
    prompt_tokens: detail.promptTokens,
    completion_tokens: detail.completionTokens,
    startTime: row.startedAt.toISOString(),
    endTime: isoTime(detail.endedAtMs),
    completionStartTime: isoTime(detail.completionStartedAtMs),
    request_duration_ms: detail.endedAtMs - row.startedAt.getTime(),
    model: row.model,
    model_id: row.modelId,
    model_group: row.modelGroup,
    custom_llm_provider: detail.provider ?? '',
    api_base: detail.apiBase ?? '',
    user: row.userId ?? '',
    end_user: row.endUser ?? '',
    team_id: row.teamId,
    organization_id: detail.organizationId ?? null,
    metadata: metadataOf(detail),
    cache_hit: detail.cacheHit === undefined ? 'None' : detail.cacheHit ? 'True' : 'False',
    cache_key: 'Cache OFF',
    request_tags: detail.tags ?? [],
    requester_ip_address: detail.requesterIp ?? null,
    // Contents are shown one request at a time.
    messages: {},
    response: {},
    proxy_server_request: {},
    session_id: detail.sessionId ?? null,
    status: row.status,
    mcp_namespaced_tool_name: null,
  };
}

/** What was asked and answered; empty objects where it was not kept. */
export function payloadView(payload: SpendPayload | null): Record<string, unknown> {
  const request = parsed(payload?.request);
  return {
    messages: promptOf(request),
    response: parsed(payload?.response),
    proxy_server_request: request,
  };
}

/** Under the name that the request's dialect has for it. */
function promptOf(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return request;
  const body = request as Readonly<Record<string, unknown>>;
  return body['messages'] ?? body['input'] ?? body['contents'] ?? body['prompt'] ?? {};
}

/** A text that was cut off is no JSON any more, and is shown as it is. */
function parsed(text: string | null | undefined): unknown {
  if (text == null) return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function metadataOf(detail: SpendDetail): Record<string, unknown> {
  return {
    user_api_key_alias: detail.keyAlias ?? null,
    requester_metadata: detail.metadata ?? {},
    usage_object: detail.usage ? usageView(detail.usage) : null,
    attempts: detail.attempts.map(attemptView),
    ...(detail.projectId !== undefined && { user_api_key_project_id: detail.projectId }),
    ...(detail.parentRequestId !== undefined && { parent_request_id: detail.parentRequestId }),
    ...(detail.usageEstimated === true && { usage_estimated: true }),
    ...(detail.attempts.some(({ unpriced }) => unpriced) && { unpriced: true }),
    ...(detail.recovered === true && { recovered: true }),
    ...(detail.intentLost === true && { intent_lost: true }),
    ...(detail.errorCode !== undefined && {
      error_information: { error_code: detail.errorCode, error_message: detail.errorMessage ?? '' },
    }),
  };
}

function attemptView(attempt: AttemptDetail): Record<string, unknown> {
  return {
    model_id: attempt.deploymentId,
    custom_llm_provider: attempt.provider,
    model: attempt.model,
    api_base: attempt.apiBase,
    status: attempt.status,
    spend: usdFromNanos(BigInt(attempt.costNanos)),
    error_code: attempt.errorCode ?? null,
    usage_object: attempt.usage ? usageView(attempt.usage) : null,
  };
}

function usageView(usage: Usage): Record<string, unknown> {
  const { promptTokens, completionTokens, cachedTokens, cacheCreationTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(cacheCreationTokens !== undefined && { cache_creation_input_tokens: cacheCreationTokens }),
    ...(reasoningTokens !== undefined && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}

function isoTime(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}
