/** Requests that the gateway makes or shows itself, as the endpoints read those of clients. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ModelMode } from '../core/spec/index.js';
import { sizeOf, type UploadedFile } from '../core/schema/uploaded-file.js';
import type { FormValue } from '../http/form-body.js';
import { chatCompletions, completions, generateContent, messages, responses } from './chat/dialogue-kinds.js';
import { readDialogue } from './chat/dialogue-operation.js';
import {
  readEmbeddings,
  readImageGeneration,
  readModeration,
  readRerank,
  readSpeech,
  readTranscription,
} from './endpoints/endpoint-kinds.js';
import type { Operation, ReadOperation } from './operation.js';

const byMode: Readonly<Record<Exclude<ModelMode, 'audio_transcription'>, ReadOperation>> = {
  chat: readDialogue(chatCompletions),
  completion: readDialogue(completions),
  responses: readDialogue(responses),
  embedding: readEmbeddings(),
  image_generation: readImageGeneration(),
  audio_speech: readSpeech(),
  rerank: readRerank(),
  moderation: readModeration(),
};

/** @throws GatewayError for a body that is no request of the mode */
export function readOwnRequest(
  mode: ModelMode,
  body: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders = {},
): Operation {
  if (mode !== 'audio_transcription') return byMode[mode](Buffer.from(JSON.stringify(body)), headers);
  const { file, ...texts } = body as { readonly file?: UploadedFile };
  const fields = new Map<string, FormValue[]>();
  for (const [name, value] of Object.entries(texts)) fields.set(name, [String(value)]);
  if (file) fields.set('file', [file]);
  return readTranscription({ length: file ? sizeOf(file) : 0, fields, close: async () => undefined })(
    Buffer.alloc(0),
    headers,
  );
}

/** By LiteLLM's names of calls, without the `a` of its asynchronous ones. */
const byCallType: ReadonlyMap<string, ReadOperation> = new Map([
  ['completion', byMode.chat],
  ['text_completion', byMode.completion],
  ['responses', byMode.responses],
  ['embedding', byMode.embedding],
  ['image_generation', byMode.image_generation],
  ['speech', byMode.audio_speech],
  ['rerank', byMode.rerank],
  ['moderation', byMode.moderation],
  ['anthropic_messages', readDialogue(messages)],
  ['generate_content', readDialogue(generateContent)],
]);

export const callTypes: readonly string[] = [...byCallType.keys()];

export function findCallType(name: string): ReadOperation | undefined {
  return byCallType.get(name) ?? (name.startsWith('a') ? byCallType.get(name.slice(1)) : undefined);
}
