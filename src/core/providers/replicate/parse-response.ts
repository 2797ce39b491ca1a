/** A prediction as a chat completion, or as what to ask next where it is not ready. */
// https://replicate.com/docs/topics/predictions/lifecycle
import { GatewayError } from '../../errors/gateway-error.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { FollowUp } from '../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';

const provider = 'replicate';
const pollAfterMs = 500;

export function parseResponse(response: InboundResponse, call: ChatCall): ParsedChatResponse | FollowUp {
  // A prediction that failed says why in its `error`.
  const prediction = readJsonAnswer(response.body, provider);
  const { id, status, urls, output, metrics, model } = prediction;
  if (typeof id !== 'string' || typeof status !== 'string') throw invalidAnswer(provider, 'it is no prediction');
  if (status === 'failed' || status === 'canceled' || status === 'aborted') throw ended(status);
  if (call.stream) return streamOf(objectOf(urls)['stream']);
  if (status !== 'succeeded') return again(id, call);
  return {
    completion: {
      id: call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: typeof model === 'string' ? model : call.model,
      choices: [{ index: 0, message: { role: 'assistant', content: toText(output) }, finish_reason: 'stop' }],
    },
    usage: toUsage(objectOf(metrics)),
  };
}

export function ended(how: string): GatewayError {
  return new GatewayError('upstream_internal', { message: `The prediction on Replicate was ${how}.`, provider });
}

function again(id: string, { endpoint }: ChatCall): FollowUp {
  const path = `${endpoint.basePath}/predictions/${encodeURIComponent(id)}`;
  return { next: { method: 'GET', origin: endpoint.origin, path, headers: {} }, afterMs: pollAfterMs };
}

/** Streams lie on a server of their own, under an address that nobody can guess. */
function streamOf(address: unknown): FollowUp {
  if (typeof address !== 'string' || !URL.canParse(address)) {
    const facts = { reason: 'the model on Replicate does not stream; ask for a whole answer' };
    throw new GatewayError('upstream_invalid_response', { facts, provider });
  }
  const { origin, pathname, search } = new URL(address);
  const headers = { accept: 'text/event-stream', 'cache-control': 'no-store' };
  return { next: { method: 'GET', origin, path: `${pathname}${search}`, headers }, afterMs: 0 };
}

/** Language models answer with a text or with its pieces. */
function toText(output: unknown): string {
  if (typeof output === 'string') return output;
  if (Array.isArray(output) && output.every((piece) => typeof piece === 'string')) return output.join('');
  throw invalidAnswer(provider, 'the output of the prediction is no text');
}

function toUsage(metrics: Readonly<Record<string, unknown>>): Usage | undefined {
  const { input_token_count: prompt, output_token_count: completion } = metrics;
  if (prompt === undefined && completion === undefined) return undefined;
  return { promptTokens: readCount(prompt), completionTokens: readCount(completion) };
}
