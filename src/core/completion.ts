/** The library's chat verb: one request to one provider's model, whole or streamed, without a server. */
import { randomUUID } from 'node:crypto';
import { AnswerReader } from './answer-reader.js';
import { connectionsFor } from './call-connections.js';
import { defaultTimeoutMs, deploymentFor, invalid, maxResponseBytes, type CallOptions } from './call-options.js';
import { usageChunk } from './dialects/openai-chat/format.js';
import { GatewayError } from './errors/gateway-error.js';
import { onAbort } from './on-abort.js';
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest } from './schema/openai/chat.js';
import { systemClock, type AnswerFormat, type ChatCall, type RunningCall } from './spec/index.js';
import { ProviderCall } from './transport/execute-call.js';
import { fetchMedia } from './transport/fetch-media.js';
import { LocalCall } from './transport/local-call.js';
import { translate } from './transport/translation.js';

type Chunks = readonly ChatCompletionChunk[];
/** Ends by itself, by `break`, or by an error; can be read once. The request is sent with the first read. */
export type CompletionStream = AsyncGenerator<ChatCompletionChunk, void, undefined>;

/**
 * Asks a model: `completion({ model: 'groq/llama-3.3-70b', messages })`. The part before the first slash is the provider;
 * well-known models (`gpt-4o`, `claude-sonnet-4-5`) need none.
 *
 * A stream carries a last chunk with the usage where `stream_options.include_usage` asks for it. Leaving its loop early
 * closes the connection to the provider.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function completion(
  request: ChatCompletionRequest & { readonly stream: true },
  options?: CallOptions,
): CompletionStream;
export function completion(
  request: ChatCompletionRequest & { readonly stream?: false | null },
  options?: CallOptions,
): Promise<ChatCompletion>;
export function completion(
  request: ChatCompletionRequest,
  options?: CallOptions,
): Promise<ChatCompletion> | CompletionStream;
export function completion(
  request: ChatCompletionRequest,
  options: CallOptions = {},
): Promise<ChatCompletion> | CompletionStream {
  return request?.stream === true ? streamAnswer(request, options) : wholeAnswer(request, options);
}

async function wholeAnswer(request: ChatCompletionRequest, options: CallOptions): Promise<ChatCompletion> {
  const reader = new AnswerReader();
  const call = await startCall(request, options, reader);
  const ignoreSignal = onAbort(options.signal, (error) => call.abort(error));
  try {
    await call.run();
  } finally {
    ignoreSignal();
  }
  return reader.completion();
}

async function* streamAnswer(request: ChatCompletionRequest, options: CallOptions): CompletionStream {
  const reader = new AnswerReader();
  const call = await startCall(request, options, reader);
  const ignoreSignal = onAbort(options.signal, (error) => {
    call.abort(error);
    reader.cancel(error);
  });
  call.run().then(
    () => reader.end(undefined),
    (error: unknown) => reader.end(error instanceof Error ? error : new GatewayError('internal', { cause: error })),
  );
  try {
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) yield chunk;
  } finally {
    ignoreSignal();
    // Without effect on a call that has ended.
    call.abort(new GatewayError('client_closed'));
  }
}

const objectFormat: AnswerFormat<ChatCompletion, Chunks> = {
  whole: (answer) => answer,
  part: (chunks) => chunks,
  tail: (last, usage) => (last !== undefined && usage !== undefined ? [usageChunk(last, usage)] : []),
};

async function startCall(
  request: ChatCompletionRequest,
  options: CallOptions,
  reader: AnswerReader,
): Promise<RunningCall> {
  const deployment = deploymentFor(request?.model, options);
  if (!Array.isArray(request.messages)) throw invalid('`messages` must be a list of messages.', 'messages');
  const call: ChatCall = {
    body: request,
    model: deployment.model,
    stream: request.stream === true,
    endpoint: deployment.endpoint,
    parameters: deployment.parameters,
    created: Math.floor(systemClock.now() / 1_000),
    responseId: `chatcmpl-${randomUUID()}`,
  };
  const { local } = deployment.provider;
  if (local !== undefined) return new LocalCall(local, call, objectFormat, reader, systemClock);
  const connections = connectionsFor(options);
  const urls = deployment.provider.chat?.remoteMedia?.(call) ?? [];
  const media =
    urls.length === 0 ? undefined : await fetchMedia(urls, (origin) => connections.dispatcherTo(origin, 'restricted'));
  const complete = media === undefined ? call : { ...call, media };
  return new ProviderCall(deployment, call.stream, translate(deployment.provider, complete, objectFormat), reader, {
    dispatcher: connections.dispatcherFor(deployment),
    dispatcherTo: (origin, egress) => connections.dispatcherTo(origin, egress),
    credentials: connections.credentials,
    clock: systemClock,
    totalTimeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    idleTimeoutMs: call.stream ? options.streamTimeoutMs : undefined,
    maxResponseBytes,
  });
}
