/** The least request that shows whether a deployment answers, by what its model does. */
import type { Deployment, ModelCall, ModelMode } from '../core/spec/index.js';
import { modeOf } from '../gateway/inspection/model-facts.js';
import { silentRecording } from './silent-recording.js';

/** What is asked, of which model. */
export type ProbeRequest = Pick<ModelCall, 'mode' | 'body' | 'deployment' | 'timeoutMs'>;

/** Why nothing is asked: no fault of the deployment's. */
export interface NoProbe {
  readonly reason: string;
}

const defaultTimeoutMs = 60_000;
const defaultMaxTokens = 16;
const question = "What's 1 + 1?";

const bodies: Readonly<Record<ModelMode, (deployment: Deployment) => Readonly<Record<string, unknown>>>> = {
  chat: (deployment) => ({ messages: [{ role: 'user', content: question }], ...tokenLimit(deployment) }),
  completion: ({ modelInfo }) => ({ prompt: question, max_tokens: maxTokensOf(modelInfo) }),
  responses: ({ modelInfo }) => ({ input: question, max_output_tokens: maxTokensOf(modelInfo) }),
  embedding: () => ({ input: ['test'] }),
  rerank: () => ({ query: 'test', documents: ['test'] }),
  moderation: () => ({ input: 'test' }),
  image_generation: () => ({ prompt: 'A dot.', n: 1 }),
  audio_speech: ({ modelInfo }) => ({
    input: 'Hi',
    voice: typeof modelInfo['health_check_voice'] === 'string' ? modelInfo['health_check_voice'] : 'alloy',
  }),
  audio_transcription: () => ({ file: silentRecording() }),
};

/** A check of these costs more than a few tokens: it is made where the operator has said with which parameters. */
const costly: ReadonlySet<string> = new Set(['image_generation']);

/** @param asked the mode to check, and members of the request, in place of what the deployment's `model_info` says */
export function probeRequest(
  configured: Deployment,
  asked: { readonly mode?: string; readonly params?: Readonly<Record<string, unknown>> } = {},
): ProbeRequest | NoProbe {
  const deployment = withCheckedModel(configured);
  if (deployment.model.includes('*'))
    return { reason: 'It stands for many models. Set `model_info.health_check_model` to one of them.' };
  const mode = asked.mode ?? modeOf(deployment);
  if (!isMode(mode)) return { reason: `There is no health check for the mode \`${mode}\`.` };
  const params = { ...objectOf(deployment.modelInfo['health_check_params']), ...asked.params };
  if (costly.has(mode) && Object.keys(params).length === 0 && asked.mode === undefined)
    return { reason: 'Checking it would make a picture. Set `model_info.health_check_params` to have it checked.' };
  return {
    mode,
    deployment,
    body: { ...bodies[mode](deployment), ...params },
    timeoutMs: timeoutOf(deployment.modelInfo['health_check_timeout']),
  };
}

/** `openai/gpt-4o-mini`, or without the provider's name. */
function withCheckedModel(deployment: Deployment): Deployment {
  const { health_check_model: model } = deployment.modelInfo;
  if (typeof model !== 'string' || model === '') return deployment;
  const prefix = `${deployment.provider.id}/`;
  return { ...deployment, model: model.startsWith(prefix) ? model.slice(prefix.length) : model };
}

/** By the name that the model's provider takes: reasoning models refuse the old one. */
function tokenLimit({ provider, model, modelInfo }: Deployment): Readonly<Record<string, number>> {
  const supported = provider.chat?.supportedParams(model);
  const name = ['max_completion_tokens', 'max_tokens'].find((each) => supported?.has(each));
  return name === undefined ? {} : { [name]: maxTokensOf(modelInfo) };
}

function maxTokensOf({ health_check_max_tokens: given }: Deployment['modelInfo']): number {
  return typeof given === 'number' ? given : defaultMaxTokens;
}

function timeoutOf(seconds: unknown): number {
  return typeof seconds === 'number' ? seconds * 1_000 : defaultTimeoutMs;
}

function isMode(mode: string): mode is ModelMode {
  return Object.hasOwn(bodies, mode);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
