/** Text to speech: the voice stands in the path, the format in the query. */
// https://elevenlabs.io/docs/api-reference/text-to-speech/convert
import { GatewayError } from '../../errors/gateway-error.js';
import type { SpeechRequest } from '../../schema/openai/audio.js';
import type { EndpointCall, SpeechAdapter } from '../../spec/endpoint-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { openSpeech, parseSpeech } from '../openai-compatible/endpoints/speech-adapter.js';
import { speechVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { objectOf } from '../openai-compatible/read-answer.js';
import { parseError } from './parse-error.js';
import { providerId as provider, versioned } from './provider-id.js';

type Call = EndpointCall<SpeechRequest>;

const supported: ReadonlySet<string> = new Set(['response_format', 'speed']);

/** OpenAI's names of formats. https://elevenlabs.io/docs/capabilities/text-to-speech#supported-formats */
const formats: Readonly<Record<string, string>> = {
  mp3: 'mp3_44100_128',
  opus: 'opus_48000_64',
  pcm: 'pcm_24000',
  wav: 'wav_44100',
};

/** OpenAI's voices as premade ones that every account has. https://elevenlabs.io/docs/capabilities/voices#default-voices */
const premade: Readonly<Record<string, string>> = {
  alloy: '21m00Tcm4TlvDq8ikWAM',
  ash: 'pNInz6obpgDQGcFmaJgB',
  ballad: 'ErXwobaYiN019PkySvjV',
  coral: 'EXAVITQu4vr4xnSDxMaL',
  echo: 'TxGEqnHWrfWFTfGW9XjX',
  fable: 'VR6AewLTigWG4xSOukaG',
  nova: 'MF3mGyEYCl7XYWbV9V6O',
  onyx: 'pNInz6obpgDQGcFmaJgB',
  sage: '21m00Tcm4TlvDq8ikWAM',
  shimmer: 'EXAVITQu4vr4xnSDxMaL',
  verse: 'yoZ06aMxZJJ28mfd3POQ',
};

export const speech: SpeechAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse: (response, call) => parseSpeech(provider, response, call),
  openStream: (head, call) => openSpeech(provider, head, call),
  parseError,
};

function buildRequest(call: Call): OutboundRequest {
  const { endpoint, parameters, model } = call;
  const context = { provider, model, vocabulary: speechVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, parameters, context);
  const { model: _asked, input, voice, response_format: format, speed, output_format: own, ...rest } = asked;
  const output = typeof own === 'string' ? own : formats[typeof format === 'string' ? format : 'mp3'];
  if (output === undefined) throw refused('response_format', `may be ${Object.keys(formats).join(', ')} at ElevenLabs`);
  const settings = { ...objectOf(rest['voice_settings']), ...(speed != null && { speed }) };
  return {
    method: 'POST',
    origin: endpoint.origin,
    path: `${versioned(endpoint.basePath)}/text-to-speech/${voiceOf(voice)}?output_format=${encodeURIComponent(output)}`,
    headers: { 'content-type': 'application/json', accept: '*/*', ...parameters.extraHeaders },
    body: JSON.stringify({
      ...rest,
      text: input,
      model_id: model,
      ...(Object.keys(settings).length > 0 && { voice_settings: settings }),
      ...parameters.extraBody,
    }),
  };
}

/** A voice by OpenAI's name, or by its id at ElevenLabs. */
function voiceOf(voice: unknown): string {
  const name = typeof voice === 'string' ? voice : objectOf(voice)['id'];
  if (typeof name !== 'string' || !/^\w+$/.test(name))
    throw refused('voice', "must be the id of a voice, or one of OpenAI's names");
  return Object.hasOwn(premade, name) ? (premade[name] as string) : name;
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, provider, facts: { reason: `\`${param}\` ${reason}.` } });
}
