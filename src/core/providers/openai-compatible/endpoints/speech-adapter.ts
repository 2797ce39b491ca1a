/** The speech of the engine: a text goes out as JSON, sound comes back. */
// https://platform.openai.com/docs/api-reference/audio/createSpeech
import type { SpeechRequest } from '../../../schema/openai/audio.js';
import { readCount } from '../../../schema/openai/chat-usage.js';
import type {
  AnswerStream,
  EndpointCall,
  ParsedAnswer,
  SpeechAdapter,
  SpeechAudio,
} from '../../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import type { Usage } from '../../../spec/usage.js';
import type { CatalogRow } from '../catalog-row.js';
import { EndpointRequests } from './endpoint-requests.js';
import { EventStream } from './event-stream.js';
import { speechVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import { invalidAnswer, mediaTypeOf, objectOf, readJsonAnswer } from '../read-answer.js';
import { SoundStream } from './sound-stream.js';

export function createSpeechAdapter(row: CatalogRow): SpeechAdapter {
  const requests = new EndpointRequests(row, 'speech', speechVocabulary);
  return {
    supportedParams: () => requests.supported,
    buildRequest(call) {
      const body = JSON.stringify(requests.prepareBody(call));
      return requests.post(call, { path: '/audio/speech', body, accept: '*/*' });
    },
    parseResponse: (response, call) => parseSpeech(row.id, response, call),
    openStream: (head, call) => openSpeech(row.id, head, call),
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

type Head = Pick<InboundResponse, 'headers'>;
type Call = Pick<EndpointCall<SpeechRequest>, 'body'>;

const speechEnds: ReadonlySet<unknown> = new Set(['speech.audio.done']);

/** Sound, or the events that carry it; undefined for JSON, which says what went wrong. */
export function openSpeech(provider: string, head: Head, call: Call): AnswerStream | undefined {
  const mediaType = mediaTypeOf(head);
  if (mediaType === 'application/json') return undefined;
  const spoken = spokenCharacters(call.body.input);
  if (mediaType !== 'text/event-stream') return new SoundStream(provider, contentTypeOf(head, call), spoken);
  return new EventStream(provider, { last: speechEnds, usageOf: ({ usage }) => readUsage(usage), usageBefore: spoken });
}

function readUsage(reported: unknown): Usage | undefined {
  const { input_tokens: input, output_tokens: output } = objectOf(reported);
  if (typeof input !== 'number' && typeof output !== 'number') return undefined;
  const completionTokens = readCount(output);
  return { promptTokens: readCount(input), completionTokens, audioCompletionTokens: completionTokens };
}

/** As the provider names it, or as it was asked for. */
function contentTypeOf(head: Head, { body }: Call): string {
  const mediaType = mediaTypeOf(head);
  if (mediaType !== '' && mediaType !== 'application/octet-stream') return mediaType;
  return mediaTypes[body.response_format ?? 'mp3'] ?? 'application/octet-stream';
}

/** Takes the bytes as they are; throws `upstream_invalid_response` for none, and what a JSON answer reports. */
export function parseSpeech(provider: string, response: InboundResponse, call: Call): ParsedAnswer<SpeechAudio> {
  const mediaType = mediaTypeOf(response);
  if (mediaType === 'application/json') {
    readJsonAnswer(response.body, provider);
    throw invalidAnswer(provider, 'JSON instead of sound');
  }
  if (response.body.length === 0) throw invalidAnswer(provider, 'no sound');
  return {
    answer: { contentType: contentTypeOf(response, call), bytes: response.body },
    usage: spokenCharacters(call.body.input),
  };
}

/** Speech is billed by what is spoken, which the answer does not repeat. */
export function spokenCharacters(input: string): { promptTokens: 0; completionTokens: 0; inputCharacters: number } {
  return { promptTokens: 0, completionTokens: 0, inputCharacters: [...input].length };
}
