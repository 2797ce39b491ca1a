/** The transcription of the engine: a recording goes out as a form, text or JSON comes back. */
// https://platform.openai.com/docs/api-reference/audio/createTranscription
import { GatewayError } from '../../../errors/gateway-error.js';
import type { Transcription, TranscriptionRequest } from '../../../schema/openai/audio.js';
import { isUploadedFile } from '../../../schema/uploaded-file.js';
import { readCount } from '../../../schema/openai/chat-usage.js';
import type { EndpointCall, ParsedAnswer, TranscriptionAdapter } from '../../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../../spec/outbound.js';
import type { Usage } from '../../../spec/usage.js';
import type { CatalogRow } from '../catalog-row.js';
import { EndpointRequests } from './endpoint-requests.js';
import { EventStream, type EndpointEvents } from './event-stream.js';
import { toFormFields } from './form-fields.js';
import { encodeForm } from './multipart.js';
import { transcriptionVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import { invalidAnswer, mediaTypeOf, objectOf, readJsonAnswer, readSeconds } from '../read-answer.js';

export function createTranscriptionAdapter(row: CatalogRow): TranscriptionAdapter {
  const requests = new EndpointRequests(row, 'transcription', transcriptionVocabulary, ['stream']);
  return {
    supportedParams: () => requests.supported,
    buildRequest: (call) => buildRequest(requests, call, row.endpoints?.transcription?.listMark),
    parseResponse: (response, call) => parseTranscription(row.id, response, call),
    ...(requests.streams && {
      openStream: (head) =>
        mediaTypeOf(head) === 'text/event-stream' ? new EventStream(row.id, transcriptionEvents) : undefined,
    }),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

function buildRequest(
  requests: EndpointRequests,
  call: EndpointCall<TranscriptionRequest>,
  listMark: string | undefined,
): OutboundRequest {
  if (!isUploadedFile(call.body.file)) {
    const reason = '`file` must be the recording: an object with `name`, `contentType` and `bytes`.';
    throw new GatewayError('invalid_request', { param: 'file', facts: { reason } });
  }
  const { translate, ...body } = requests.prepareBody(call);
  const form = encodeForm(toFormFields(body, listMark));
  const path = translate === true ? '/audio/translations' : '/audio/transcriptions';
  return requests.post(call, { path, ...form, accept: 'application/json, text/*' });
}

const transcriptionEvents: EndpointEvents = {
  last: new Set(['transcript.text.done']),
  usageOf: ({ usage }) => readUsage(usage, undefined),
};

const textFormats: ReadonlySet<unknown> = new Set(['text', 'srt', 'vtt']);

/** Reads an answer in OpenAI's shape, text where text was asked for; throws `upstream_invalid_response` for one that is none. */
export function parseTranscription(
  provider: string,
  response: InboundResponse,
  call: Pick<EndpointCall<TranscriptionRequest>, 'body'>,
): ParsedAnswer<Transcription> {
  const wantsText = textFormats.has(call.body.response_format);
  if (wantsText && mediaTypeOf(response) !== 'application/json') {
    const text = new TextDecoder().decode(response.body);
    return { answer: text, usage: readCues(text) };
  }
  const received = readJsonAnswer(response.body, provider);
  const { text } = received;
  if (typeof text !== 'string') throw invalidAnswer(provider, 'a transcription without text');
  const answer = call.body.response_format === 'text' ? text : { ...received, text };
  return { answer, usage: readUsage(received['usage'], received['duration']) };
}

/** Tokens or seconds, whichever the provider bills; otherwise the length of the recording. */
function readUsage(reported: unknown, duration: unknown): Usage | undefined {
  const usage = objectOf(reported);
  const seconds = readSeconds(usage['seconds'] ?? usage['prompt_audio_seconds'] ?? duration);
  const input = usage['input_tokens'] ?? usage['prompt_tokens'];
  if (typeof input !== 'number')
    return seconds === undefined ? undefined : { promptTokens: 0, completionTokens: 0, inputSeconds: seconds };
  const audio = readCount(objectOf(usage['input_token_details'])['audio_tokens']);
  return {
    promptTokens: readCount(input),
    completionTokens: readCount(usage['output_tokens'] ?? usage['completion_tokens']),
    ...(audio > 0 && { audioPromptTokens: audio }),
    ...(seconds !== undefined && { inputSeconds: seconds }),
  };
}

const cueEnd = /-->\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})/g;

/** Subtitles tell the recording's length by where the last one ends; plain text tells nothing. */
function readCues(text: string): Usage | undefined {
  const [, hours = 0, minutes, seconds, thousandths] = [...text.matchAll(cueEnd)].at(-1) ?? [];
  if (minutes === undefined) return undefined;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(thousandths) / 1000;
  return { promptTokens: 0, completionTokens: 0, inputSeconds: total };
}
