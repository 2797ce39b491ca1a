/** Text to speech: the voice is a part of the model's name. */
// https://developers.deepgram.com/reference/text-to-speech/speak-request
import { GatewayError } from '../../errors/gateway-error.js';
import type { SpeechRequest } from '../../schema/openai/audio.js';
import type { EndpointCall, SpeechAdapter } from '../../spec/endpoint-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { openSpeech, parseSpeech } from '../openai-compatible/endpoints/speech-adapter.js';
import { speechVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseError } from './parse-error.js';
import { providerId as provider } from './provider-id.js';

type Call = EndpointCall<SpeechRequest>;

const supported: ReadonlySet<string> = new Set(['response_format', 'speed']);

/** OpenAI's names of formats; `pcm` is sound alone, without a container. https://developers.deepgram.com/docs/tts-media-output-settings */
const formats: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aac: { encoding: 'aac' },
  flac: { encoding: 'flac' },
  mp3: { encoding: 'mp3' },
  opus: { encoding: 'opus', container: 'ogg' },
  pcm: { encoding: 'linear16', container: 'none', sample_rate: '24000' },
  wav: { encoding: 'linear16', container: 'wav' },
};
/** OpenAI's voices, which clients send without choosing. */
const openAiVoices: ReadonlySet<string> = new Set([
  ...['alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'nova', 'onyx', 'sage', 'shimmer', 'verse'],
]);
const defaultVoice = 'thalia';

export const speech: SpeechAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse: (response, call) => parseSpeech(provider, response, call),
  openStream: (head, call) => openSpeech(provider, head, call),
  parseError,
};

function buildRequest(call: Call): OutboundRequest {
  const { endpoint, parameters } = call;
  const context = { provider, model: call.model, vocabulary: speechVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, parameters, context);
  const { model: _asked, input, voice, response_format: format, ...rest } = asked;
  const settings = formats[typeof format === 'string' ? format : 'mp3'];
  if (!settings) throw refused('response_format', `may be ${Object.keys(formats).join(', ')} at Deepgram`);
  const query = new URLSearchParams({ model: voiceModel(call.model, voice), ...settings });
  for (const [name, value] of Object.entries({ ...rest, ...parameters.extraBody }))
    if (value !== undefined && value !== null)
      query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return {
    method: 'POST',
    origin: endpoint.origin,
    path: `${endpoint.basePath.replace(/\/speak$/, '')}/speak?${query.toString()}`,
    headers: { 'content-type': 'application/json', accept: '*/*', ...parameters.extraHeaders },
    body: JSON.stringify({ text: input }),
  };
}

/** `aura-2-thalia-en` says all; `aura-2` and `aura` are completed by the voice. */
function voiceModel(model: string, voice: unknown): string {
  if (!/^aura(?:-2)?$/.test(model)) return model;
  const name = typeof voice === 'string' && voice !== '' && !openAiVoices.has(voice) ? voice : defaultVoice;
  if (name.startsWith('aura')) return name;
  return /-[a-z]{2}$/.test(name) ? `${model}-${name}` : `${model}-${name}-en`;
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, provider, facts: { reason: `\`${param}\` ${reason}.` } });
}
