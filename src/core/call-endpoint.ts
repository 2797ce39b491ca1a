/** Runs the library's verbs besides chat, over whatever deployments a plan names. */
import { randomUUID } from 'node:crypto';
import { cachedEndpoint } from './cached-answer.js';
import { connectionsFor } from './call-connections.js';
import { invalid, planFor, type CallOptions, type RunOptions } from './call-options.js';
import { GatewayError } from './errors/gateway-error.js';
import { readStream, readWhole, transportOptions } from './routed-call.js';
import type { LibraryPlan } from './library-plan.js';
import type { SpeechRequest } from './schema/openai/audio.js';
import {
  systemClock,
  type AnswerKind,
  type AnswerSink,
  type Deployment,
  type EndpointAdapter,
  type RunningCall,
  type SpeechAudio,
} from './spec/index.js';
import { EndpointTranslation, type EndpointFormat } from './transport/endpoint-translation.js';
import { withLoadedFiles } from './transport/load-files.js';
import { ProviderCall } from './transport/execute-call.js';

/** What their answers are kept as in a cache; those of others are not. */
const keptAs: Partial<Record<EndpointKey, AnswerKind>> = {
  embeddings: 'embeddings',
  rerank: 'rerank',
  transcription: 'transcription',
};

export type EndpointKey = 'embeddings' | 'rerank' | 'images' | 'transcription' | 'speech' | 'moderations';

/** @throws GatewayError always one */
export async function callEndpoint<Body extends object, Answer>(
  key: EndpointKey,
  model: unknown,
  body: Body,
  options: CallOptions,
): Promise<Answer> {
  return askEndpoint(key, planFor(model, options), body, options);
}

/** @throws GatewayError always one */
export async function askEndpoint<Body extends object, Answer>(
  key: EndpointKey,
  plan: LibraryPlan,
  body: Body,
  options: RunOptions,
): Promise<Answer> {
  if ((body as { stream?: unknown }).stream)
    throw invalid('Answers come in one piece here: leave `stream` out.', 'stream');
  const format = { whole: (answer: Answer) => ({ answer }) };
  const ask = (asked: Body): Promise<Answer> =>
    readWhole<Answer>(
      plan,
      (deployment, reader, remainingMs) =>
        startEndpoint<Body, Answer, Answer, never>(
          { key, body: asked, options, format },
          deployment,
          reader,
          remainingMs,
        ),
      options,
    );
  return cachedEndpoint(keptAs[key], { body, plan, options }, ask);
}

/** Sound as it comes. The request is sent with the first read. */
export async function* streamSound(
  plan: () => LibraryPlan,
  body: SpeechRequest,
  options: RunOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let whole: Uint8Array | undefined;
  const format: EndpointFormat<SpeechAudio, undefined, readonly Uint8Array[]> = {
    part: (bytes) => [bytes],
    // Not every answer can be read while it comes.
    whole({ bytes }) {
      whole = bytes;
      return { answer: undefined };
    },
  };
  const asked = { key: 'speech' as const, body, options, format };
  yield* readStream<undefined, Uint8Array>(
    plan(),
    (deployment, reader, remainingMs) => startEndpoint(asked, deployment, reader, remainingMs),
    options,
  );
  if (whole !== undefined) yield whole;
}

interface AskedEndpoint<Body, Answer, Whole, Part> {
  readonly key: EndpointKey;
  readonly body: Body;
  readonly options: RunOptions;
  readonly format: EndpointFormat<Answer, Whole, Part>;
}

async function startEndpoint<Body extends object, Answer, Whole, Part>(
  { key, body, options, format }: AskedEndpoint<Body, Answer, Whole, Part>,
  deployment: Deployment,
  sink: AnswerSink<Whole, Part>,
  remainingMs: number,
): Promise<RunningCall> {
  const adapter = adapterOf<Body, Answer>(deployment, key);
  const translation = new EndpointTranslation<Body, Answer, Whole, Part>(
    deployment.provider.id,
    adapter,
    {
      body: await withLoadedFiles(adapter, { ...deployment.defaults, ...body }),
      model: deployment.model,
      endpoint: deployment.endpoint,
      parameters: deployment.parameters,
      created: Math.floor(systemClock.now() / 1_000),
      responseId: randomUUID(),
    },
    format,
  );
  const streaming = format.part !== undefined && adapter.openStream !== undefined;
  const idleMs = streaming ? options.streamTimeoutMs : undefined;
  const transport = transportOptions(connectionsFor(options), deployment, remainingMs, idleMs);
  return new ProviderCall(deployment, streaming, translation, sink, transport);
}

function adapterOf<Body, Answer>({ provider }: Deployment, key: EndpointKey): EndpointAdapter<Body, Answer> {
  const adapter = provider[key];
  if (adapter === undefined) {
    const reason = `The provider ${provider.id} does not serve ${key}.`;
    throw new GatewayError('invalid_request', { param: 'model', facts: { reason }, provider: provider.id });
  }
  // The verbs name the key together with the shapes that the contract gives it.
  return adapter as unknown as EndpointAdapter<Body, Answer>;
}
