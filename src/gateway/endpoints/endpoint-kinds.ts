/** The endpoints besides chat, each in terms of the contract that providers implement. */
import {
  parseEmbeddingRequest,
  parseImageRequest,
  parseModerationRequest,
  parseRerankRequest,
  parseSpeechRequest,
} from '../../core/dialects/endpoint-requests.js';
import type { Transcription, TranscriptionRequest } from '../../core/schema/openai/audio.js';
import type { ProviderDefinition } from '../../core/spec/index.js';
import type { ModelRequest } from '../request-settings.js';
import type { ReadOperation } from '../operation.js';
import { readEndpointOperation, readParsedOperation, type EndpointKind } from './endpoint-operation.js';
import { textBytesOf, toImageEditRequest, toTranscriptionRequest } from './form-requests.js';
import type { FormBody } from '../../http/form-body.js';

const noOutput = { none: true };

/** Lets the type of an answer follow from the adapter's. */
function endpoint<Body extends ModelRequest, Answer>(kind: EndpointKind<Body, Answer>): EndpointKind<Body, Answer> {
  return kind;
}

function asJson(answer: unknown): { answer: string } {
  return { answer: JSON.stringify(answer) };
}

const embeddings = endpoint({
  callType: 'aembedding',
  name: 'embeddings',
  keptAs: 'embeddings',
  parse: parseEmbeddingRequest,
  adapterOf: (provider) => provider.embeddings,
  output: () => noOutput,
  format: asJson,
});

const rerank = endpoint({
  callType: 'arerank',
  name: 'rerank',
  keptAs: 'rerank',
  parse: parseRerankRequest,
  adapterOf: (provider) => provider.rerank,
  output: () => noOutput,
  format: asJson,
});

const imageGeneration = endpoint({
  callType: 'aimage_generation',
  name: 'images',
  parse: parseImageRequest,
  adapterOf: (provider) => provider.images,
  streams: ({ stream }) => stream === true,
  output: ({ n }) => ({ answers: n }),
  format: asJson,
});

const moderation = endpoint({
  callType: 'amoderation',
  name: 'moderations',
  parse: parseModerationRequest,
  adapterOf: (provider) => provider.moderations,
  output: () => noOutput,
  format: asJson,
});

const speech = endpoint({
  callType: 'aspeech',
  name: 'speech',
  parse: parseSpeechRequest,
  adapterOf: (provider) => provider.speech,
  streams: () => true,
  output: () => noOutput,
  format: ({ bytes, contentType }) => ({
    answer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    contentType,
  }),
});

const transcription = {
  name: 'transcription',
  keptAs: 'transcription' as const,
  adapterOf: (provider: ProviderDefinition) => provider.transcription,
  streams: ({ stream }: TranscriptionRequest) => stream === true,
  output: () => noOutput,
  format: (answer: Transcription) =>
    typeof answer === 'string' ? { answer, contentType: 'text/plain; charset=utf-8' } : asJson(answer),
};

export const readEmbeddings = (pathModel?: string): ReadOperation => readEndpointOperation(embeddings, pathModel);
export const readRerank = (): ReadOperation => readEndpointOperation(rerank);
export const readImageGeneration = (pathModel?: string): ReadOperation =>
  readEndpointOperation(imageGeneration, pathModel);
export const readModeration = (): ReadOperation => readEndpointOperation(moderation);
export const readSpeech = (pathModel?: string): ReadOperation => readEndpointOperation(speech, pathModel);

export function readTranscription(form: FormBody, pathModel?: string): ReadOperation {
  const kind = { ...transcription, callType: 'atranscription' };
  return readParsedOperation(kind, () => toTranscriptionRequest(form, false, pathModel), textBytesOf(form));
}

export function readTranslation(form: FormBody, pathModel?: string): ReadOperation {
  const kind = { ...transcription, callType: 'atranslation' };
  return readParsedOperation(kind, () => toTranscriptionRequest(form, true, pathModel), textBytesOf(form));
}

export function readImageEdit(form: FormBody, pathModel?: string): ReadOperation {
  const kind = { ...imageGeneration, callType: 'aimage_edit' };
  return readParsedOperation(kind, () => toImageEditRequest(form, pathModel), textBytesOf(form));
}
