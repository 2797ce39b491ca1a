/** Chat in the shape of the hub, over whatever deployments a plan names. */
import { randomUUID } from 'node:crypto';
import { cachedStream, cachedWhole } from './cached-answer.js';
import { connectionsFor } from './call-connections.js';
import { invalid, type RunOptions } from './call-options.js';
import { usageChunk } from './dialects/openai-chat/format.js';
import { readStream, readWhole, transportOptions, type StartAttempt } from './routed-call.js';
import type { LibraryPlan } from './library-plan.js';
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest } from './schema/openai/chat.js';
import {
  systemClock,
  type AnswerFormat,
  type AnswerSink,
  type ChatCall,
  type Deployment,
  type RunningCall,
} from './spec/index.js';
import { ProviderCall } from './transport/execute-call.js';
import { fetchMedia } from './transport/fetch-media.js';
import { LocalCall } from './transport/local-call.js';
import { translate } from './transport/translation.js';

type Chunks = readonly ChatCompletionChunk[];
/** Ends by itself, by `break`, or by an error; can be read once. The request is sent with the first read. */
export type CompletionStream = AsyncGenerator<ChatCompletionChunk, void, undefined>;

const objectFormat: AnswerFormat<ChatCompletion, Chunks> = {
  whole: (answer) => answer,
  part: (chunks) => chunks,
  tail: (last, usage) => (last !== undefined && usage !== undefined ? [usageChunk(last, usage)] : []),
};

export async function wholeChat(
  plan: LibraryPlan,
  request: ChatCompletionRequest,
  options: RunOptions,
): Promise<ChatCompletion> {
  const asked = { kind: 'openai-chat' as const, body: request, plan, options };
  return cachedWhole(asked, () => readWhole(plan, starter(request, options), options));
}

export async function* streamedChat(
  plan: () => LibraryPlan,
  request: ChatCompletionRequest,
  options: RunOptions,
): CompletionStream {
  const planned = plan();
  const asked = { kind: 'openai-chat' as const, body: request, plan: planned, options };
  yield* cachedStream(asked, () => readStream(planned, starter<never, ChatCompletionChunk>(request, options), options));
}

function starter<Whole extends ChatCompletion, Part extends ChatCompletionChunk>(
  request: ChatCompletionRequest,
  options: RunOptions,
): StartAttempt<Whole, Part> {
  if (!Array.isArray(request.messages)) throw invalid('`messages` must be a list of messages.', 'messages');
  return (deployment, reader, remainingMs) =>
    // A whole answer has no parts and a stream no whole: the reader is asked for the one that the request asks for.
    startChat(deployment, callOf(request, deployment), reader, options, remainingMs);
}

type ChatSink = AnswerSink<ChatCompletion, Chunks>;

function callOf(request: ChatCompletionRequest, deployment: Deployment): ChatCall {
  return {
    body: { ...deployment.defaults, ...request },
    model: deployment.model,
    stream: request.stream === true,
    endpoint: deployment.endpoint,
    parameters: deployment.parameters,
    created: Math.floor(systemClock.now() / 1_000),
    responseId: `chatcmpl-${randomUUID()}`,
  };
}

async function startChat(
  deployment: Deployment,
  call: ChatCall,
  sink: ChatSink,
  options: RunOptions,
  remainingMs: number,
): Promise<RunningCall> {
  const { local, chat } = deployment.provider;
  if (local !== undefined) return new LocalCall(local, call, objectFormat, sink, systemClock);
  const connections = connectionsFor(options);
  const urls = chat?.remoteMedia?.(call) ?? [];
  const media =
    urls.length === 0 ? undefined : await fetchMedia(urls, (origin) => connections.dispatcherTo(origin, 'restricted'));
  const complete = media === undefined ? call : { ...call, media };
  const idleMs = call.stream ? options.streamTimeoutMs : undefined;
  const transport = transportOptions(connections, deployment, remainingMs, idleMs);
  return new ProviderCall(
    deployment,
    call.stream,
    translate(deployment.provider, complete, objectFormat),
    sink,
    transport,
  );
}
