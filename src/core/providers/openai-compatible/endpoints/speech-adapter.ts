/** The speech of the engine: a text goes out as JSON, sound comes back. */
// https://platform.openai.com/docs/api-reference/audio/createSpeech
import type { SpeechRequest } from '../../../schema/openai/audio.js';
import type { EndpointCall, ParsedAnswer, SpeechAdapter, SpeechAudio } from '../../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import type { CatalogRow } from '../catalog-row.js';
import { EndpointRequests } from './endpoint-requests.js';
import { speechVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import { invalidAnswer, mediaTypeOf, readJsonAnswer } from '../read-answer.js';

export function createSpeechAdapter(row: CatalogRow): SpeechAdapter {
  const requests = new EndpointRequests(row, 'speech', speechVocabulary);
  return {
    supportedParams: () => requests.supported,
    buildRequest(call) {
      const body = JSON.stringify(requests.prepareBody(call));
      return requests.post(call, { path: '/audio/speech', body, accept: '*/*' });
    },
    parseResponse: (response, call) => parseSpeech(row.id, response, call),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

const mediaTypes: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  flac: 'audio/flac',
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  pcm: 'audio/pcm',
  wav: 'audio/wav',
};

/** Takes the bytes as they are; throws `upstream_invalid_response` for none, and what a JSON answer reports. */
export function parseSpeech(
  provider: string,
  response: InboundResponse,
  call: Pick<EndpointCall<SpeechRequest>, 'body'>,
): ParsedAnswer<SpeechAudio> {
  const mediaType = mediaTypeOf(response);
  if (mediaType === 'application/json') {
    readJsonAnswer(response.body, provider);
    throw invalidAnswer(provider, 'JSON instead of sound');
  }
  if (response.body.length === 0) throw invalidAnswer(provider, 'no sound');
  const asked = mediaTypes[call.body.response_format ?? 'mp3'];
  const named = mediaType !== '' && mediaType !== 'application/octet-stream';
  return {
    answer: { contentType: named ? mediaType : (asked ?? 'application/octet-stream'), bytes: response.body },
    usage: spokenCharacters(call.body.input),
  };
}

/** Speech is billed by what is spoken, which the answer does not repeat. */
export function spokenCharacters(input: string): { promptTokens: 0; completionTokens: 0; inputCharacters: number } {
  return { promptTokens: 0, completionTokens: 0, inputCharacters: [...input].length };
}
