/** OpenAI's batches: a file of requests goes in, a file of answers comes out. */
// https://platform.openai.com/docs/api-reference/batch
import type { BatchAdapter, BatchOrder, BatchResult, ProviderBatch } from '../../../spec/batch-adapter.js';
import type { ObjectTarget } from '../../../spec/file-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../../spec/outbound.js';
import type { Usage } from '../../../spec/usage.js';
import { mapUsage } from '../map-usage.js';
import { parseOpenAiError } from '../parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../read-answer.js';
import { idStep, objectRequest, type ObjectHost } from './object-host.js';

const ends: ReadonlySet<unknown> = new Set(['completed', 'failed', 'expired', 'cancelled']);

export function createBatchAdapter(host: ObjectHost): BatchAdapter {
  return {
    lineModel: (target) => host.lineModel?.(target) ?? target.model,
    buildCreate: (order, target) => buildCreate(host, order, target),
    buildRetrieve: (id, target) => objectRequest(host, target, `/batches/${idStep(id)}`, { method: 'GET' }),
    buildCancel: (id, target) => objectRequest(host, target, `/batches/${idStep(id)}/cancel`, { method: 'POST' }),
    parseBatch: (response) => parseBatch(host.provider, response),
    parseResult,
    parseError: (response) => parseOpenAiError(response, host.provider),
  };
}

function buildCreate(host: ObjectHost, order: BatchOrder, target: ObjectTarget): OutboundRequest {
  const { inputFileId, endpoint, completionWindow, members } = order;
  const body = { ...members, input_file_id: inputFileId, endpoint, completion_window: completionWindow };
  return objectRequest(host, target, '/batches', {
    method: 'POST',
    contentType: 'application/json',
    body: JSON.stringify(body),
  });
}

function parseBatch(provider: string, { body }: InboundResponse): ProviderBatch {
  const object = readJsonAnswer(body, provider);
  const { id, status } = object;
  if (typeof id !== 'string' || id === '' || typeof status !== 'string')
    throw invalidAnswer(provider, 'a batch without an id or a status');
  return {
    id,
    finished: ends.has(status),
    inputFileId: idIn(object['input_file_id']),
    outputFileId: idIn(object['output_file_id']),
    errorFileId: idIn(object['error_file_id']),
    usage: readUsage(object['usage']),
    object,
  };
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseResult(line: string): BatchResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { model: undefined, succeeded: true, usage: undefined };
  }
  const { response, error } = objectOf(parsed);
  const { status_code: status, body } = objectOf(response);
  const answer = objectOf(body);
  const succeeded = !error && (typeof status !== 'number' || (status >= 200 && status < 300));
  const { model } = answer;
  return { model: typeof model === 'string' ? model : undefined, succeeded, usage: readUsage(answer['usage']) };
}

/** The counts of chat and embeddings, or those of the Responses API. */
function readUsage(reported: unknown): Usage | undefined {
  const counts = objectOf(reported);
  if (typeof counts['input_tokens'] !== 'number') return mapUsage(reported);
  return mapUsage({
    prompt_tokens: counts['input_tokens'],
    completion_tokens: counts['output_tokens'] ?? 0,
    prompt_tokens_details: counts['input_tokens_details'],
    completion_tokens_details: counts['output_tokens_details'],
  });
}
