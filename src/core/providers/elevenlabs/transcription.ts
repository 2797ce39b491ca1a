/** Speech to text by Scribe: the recording goes out in a form, words with their times come back. */
// https://elevenlabs.io/docs/api-reference/speech-to-text/convert
import { GatewayError } from '../../errors/gateway-error.js';
import type { Transcription, TranscriptionObject, TranscriptionRequest } from '../../schema/openai/audio.js';
import { isUploadedFile } from '../../schema/uploaded-file.js';
import type { EndpointCall, ParsedAnswer, TranscriptionAdapter } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { toFormFields } from '../openai-compatible/endpoints/form-fields.js';
import { encodeForm } from '../openai-compatible/endpoints/multipart.js';
import { transcriptionVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { invalidAnswer, objectOf, readJsonAnswer, readSeconds } from '../openai-compatible/read-answer.js';
import { parseError } from './parse-error.js';
import { providerId as provider, versioned } from './provider-id.js';

type Call = EndpointCall<TranscriptionRequest>;

const supported: ReadonlySet<string> = new Set([
  'language',
  'response_format',
  'temperature',
  'timestamp_granularities',
]);
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
  const {
    model: _asked,
    file,
    translate,
    response_format: format,
    timestamp_granularities: _marks,
    language,
    ...rest
  } = asked;
  if (!isUploadedFile(file))
    throw refused('file', 'must be the recording: an object with `name`, `contentType` and `bytes`');
  if (translate === true) throw refused('model', 'cannot translate: Scribe writes down the language that is spoken');
  if (!formats.has(format)) throw refused('response_format', 'may be json, text or verbose_json at ElevenLabs');
  const fields = { model_id: model, file, ...(language != null && { language_code: language }), ...rest };
  const { contentType, ...form } = encodeForm(toFormFields({ ...fields, ...parameters.extraBody }, ''));
  return {
    method: 'POST',
    origin: endpoint.origin,
    path: `${versioned(endpoint.basePath)}/speech-to-text`,
    headers: { 'content-type': contentType, accept: 'application/json', ...parameters.extraHeaders },
    ...form,
  };
}

function parseResponse(response: InboundResponse, { body }: Call): ParsedAnswer<Transcription> {
  const { text, language_code: language, words, audio_duration_secs: told } = readJsonAnswer(response.body, provider);
  if (typeof text !== 'string') throw invalidAnswer(provider, 'a transcription without text');
  const spoken = (Array.isArray(words) ? words : []).map(objectOf);
  const duration = readSeconds(told) ?? readSeconds(spoken.at(-1)?.['end']);
  const usage = duration === undefined ? undefined : { promptTokens: 0, completionTokens: 0, inputSeconds: duration };
  if (body.response_format === 'text') return { answer: text, usage };
  if (body.response_format !== 'verbose_json') return { answer: { text }, usage };
  const answer: TranscriptionObject = {
    task: 'transcribe',
    text,
    ...(typeof language === 'string' && { language }),
    ...(duration !== undefined && { duration }),
    // Blanks and noises come as words of other types.
    words: spoken.filter(({ type }) => type === 'word' || type === undefined).map(toWord),
  };
  return { answer, usage };
}

function toWord({ text, start, end }: Readonly<Record<string, unknown>>): { word: string; start: number; end: number } {
  return { word: typeof text === 'string' ? text : '', start: readSeconds(start) ?? 0, end: readSeconds(end) ?? 0 };
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, provider, facts: { reason: `\`${param}\` ${reason}.` } });
}
