/** Speech to text: the recording goes out as it is, everything else in the query. */
// https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded
import { GatewayError } from '../../errors/gateway-error.js';
import type { Transcription, TranscriptionObject, TranscriptionRequest } from '../../schema/openai/audio.js';
import { isStored, isUploadedFile } from '../../schema/uploaded-file.js';
import type { EndpointCall, ParsedAnswer, TranscriptionAdapter } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { transcriptionVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { invalidAnswer, objectOf, readJsonAnswer, readSeconds } from '../openai-compatible/read-answer.js';
import { parseError } from './parse-error.js';
import { providerId as provider } from './provider-id.js';

type Call = EndpointCall<TranscriptionRequest>;
type JsonObject = Readonly<Record<string, unknown>>;

const supported: ReadonlySet<string> = new Set(['language', 'response_format', 'timestamp_granularities']);
const formats: ReadonlySet<unknown> = new Set(['json', 'text', 'verbose_json', undefined, null]);

export const transcription: TranscriptionAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError,
};

function buildRequest(call: Call): OutboundRequest {
  const { endpoint, parameters, model } = call;
  const context = { provider, model, vocabulary: transcriptionVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, parameters, context);
  const { model: _asked, file, translate, response_format: format, timestamp_granularities: marks, ...rest } = asked;
  if (!isUploadedFile(file))
    throw refused('file', 'must be the recording: an object with `name`, `contentType` and `bytes`');
  if (translate === true) throw refused('model', 'cannot translate: Deepgram writes down the language that is spoken');
  if (!formats.has(format)) throw refused('response_format', 'may be json, text or verbose_json at Deepgram');
  const query = new URLSearchParams({ model });
  // Segments are Deepgram's utterances, and punctuation is what OpenAI's clients expect.
  query.set('smart_format', 'true');
  if (Array.isArray(marks) && marks.includes('segment')) query.set('utterances', 'true');
  for (const [name, value] of Object.entries({ ...rest, ...parameters.extraBody })) addTo(query, name, value);
  return {
    method: 'POST',
    origin: endpoint.origin,
    path: `${endpoint.basePath.replace(/\/listen$/, '')}/listen?${query.toString()}`,
    headers: { 'content-type': file.contentType, accept: 'application/json', ...parameters.extraHeaders },
    ...(isStored(file) ? { pieces: [file.source] } : { body: file.bytes }),
  };
}

/** A list is a parameter that stands more than once. */
function addTo(query: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  query.delete(name);
  for (const each of values) query.append(name, typeof each === 'string' ? each : JSON.stringify(each));
}

function parseResponse(response: InboundResponse, { body }: Call): ParsedAnswer<Transcription> {
  const { metadata, results } = readJsonAnswer(response.body, provider);
  const { channels, utterances } = objectOf(results);
  if (!Array.isArray(channels) || channels.length === 0)
    throw invalidAnswer(provider, 'a transcription without channels');
  const alternatives = channels.map((channel: unknown) => objectOf(firstOf(objectOf(channel)['alternatives'])));
  const text = alternatives
    .map(({ transcript }) => (typeof transcript === 'string' ? transcript : ''))
    .join('\n')
    .trim();
  const duration = readSeconds(objectOf(metadata)['duration']);
  const usage = duration === undefined ? undefined : { promptTokens: 0, completionTokens: 0, inputSeconds: duration };
  if (body.response_format === 'text') return { answer: text, usage };
  if (body.response_format !== 'verbose_json') return { answer: { text }, usage };
  const { detected_language: language } = objectOf(channels[0]);
  const answer: TranscriptionObject = {
    task: 'transcribe',
    text,
    ...(typeof language === 'string' && { language }),
    ...(duration !== undefined && { duration }),
    words: listOf(alternatives[0]?.['words']).map(toWord),
    ...(Array.isArray(utterances) && { segments: utterances.map(toSegment) }),
  };
  return { answer, usage };
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] as unknown) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toWord(value: unknown): { word: string; start: number; end: number } {
  const { punctuated_word: punctuated, word, start, end } = objectOf(value);
  const said = typeof punctuated === 'string' ? punctuated : word;
  return { word: typeof said === 'string' ? said : '', start: readSeconds(start) ?? 0, end: readSeconds(end) ?? 0 };
}

function toSegment(value: unknown, id: number): JsonObject {
  const { transcript, start, end } = objectOf(value);
  return { id, text: transcript, start, end };
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, provider, facts: { reason: `\`${param}\` ${reason}.` } });
}
