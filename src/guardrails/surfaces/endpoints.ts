/** Texts of the endpoints besides chat, in OpenAI's and Cohere's words, and Google's where those differ. */
import { addParts } from './gemini.js';
import {
  entries,
  isObject,
  nothingInEvent,
  objects,
  reading,
  type EventReading,
  type JsonObject,
  type ReadingBuilder,
  type Surface,
} from './surface.js';

function addInput(found: ReadingBuilder, input: unknown): void {
  found.content(['input'], input, 'user');
  if (entries(input).some(([, part]) => typeof part === 'number' || Array.isArray(part))) found.unreadable = 'input';
}

/** https://platform.openai.com/docs/api-reference/embeddings, https://ai.google.dev/api/embeddings */
export const embeddingsSurface: Surface = {
  readRequest: (body) =>
    reading((found) => {
      addInput(found, body['input']);
      addParts(found, ['content'], body['content'], 'user');
      for (const [at, { content }] of objects(body['requests']))
        addParts(found, ['requests', at, 'content'], content, 'user');
    }),
};

/** https://docs.cohere.com/reference/rerank */
export const rerankSurface: Surface = {
  readRequest: ({ query, documents }) =>
    reading((found) => {
      found.text(['query'], query, 'user');
      for (const [at, document] of entries(documents)) found.value(['documents', at], document, 'user');
    }),
  readAnswer: ({ results }) =>
    reading((found) => {
      for (const [at, { document }] of objects(results))
        found.value(['results', at, 'document'], document, 'assistant');
    }),
};

/** https://platform.openai.com/docs/api-reference/moderations */
export const moderationsSurface: Surface = {
  readRequest: ({ input }) => reading((found) => addInput(found, input)),
};

/** https://platform.openai.com/docs/api-reference/images */
export const imagesSurface: Surface = {
  readRequest: ({ prompt }) => reading((found) => found.text(['prompt'], prompt, 'user')),
  readAnswer: ({ data }) =>
    reading((found) => {
      for (const [at, image] of objects(data))
        found.text(['data', at, 'revised_prompt'], image['revised_prompt'], 'assistant');
    }),
};

export const imageEditsSurface: Surface = { ...imagesSurface, takesForms: true };

/** https://platform.openai.com/docs/api-reference/audio/createSpeech: what is said cannot be heard here. */
export const speechSurface: Surface = {
  readRequest: ({ input, instructions }) =>
    reading((found) => {
      found.text(['input'], input, 'user');
      found.text(['instructions'], instructions, 'system');
    }),
};

/** https://platform.openai.com/docs/api-reference/audio/createTranscription */
export const transcriptionSurface: Surface = {
  takesForms: true,
  readRequest: ({ prompt }) => reading((found) => found.text(['prompt'], prompt, 'user')),
  readAnswer: (body) =>
    reading((found) => {
      const echoes = ['words', 'logprobs'].filter((member) => body[member]).map((member) => [member]);
      found.text(['text'], body['text'], 'assistant', { echoes });
      for (const [at, segment] of objects(body['segments']))
        found.text(['segments', at, 'text'], segment['text'], 'assistant', {
          echoes: segment['tokens'] ? [['segments', at, 'tokens']] : [],
        });
    }),
  readEvent: readTranscriptEvent,
};

function readTranscriptEvent(data: JsonObject): EventReading {
  const { type, delta, text, logprobs } = data;
  const echoes = logprobs ? [['logprobs']] : [];
  if (type === 'transcript.text.delta' && typeof delta === 'string' && delta !== '')
    return { fragments: [{ channel: 'text', path: ['delta'], text: delta, echoes }], ends: [] };
  if (type === 'transcript.text.done' && typeof text === 'string')
    return { fragments: [{ channel: 'text', path: ['text'], text, echoes, isWhole: true }], ends: [''] };
  if (type === 'transcript.text.segment' && typeof text === 'string')
    return { fragments: [{ channel: `segment/${String(data['id'])}`, path: ['text'], text, isWhole: true }], ends: [] };
  return nothingInEvent;
}

/** Any JSON that nobody knows better: each text in it is one. */
export const anyJsonSurface: Surface = {
  readRequest: (body) => reading((found) => addAll(found, [], body, 'user')),
  readAnswer: (body) => reading((found) => addAll(found, [], body, 'assistant')),
  readEvent: (data) => ({
    fragments: reading((found) => addAll(found, [], data, 'assistant')).texts.map((place) => ({
      ...place,
      channel: place.path.filter((step) => typeof step === 'string').join('/'),
    })),
    ends: [],
  }),
};

function addAll(
  found: ReadingBuilder,
  path: readonly (string | number)[],
  value: unknown,
  role: 'user' | 'assistant',
): void {
  found.text(path, value, role);
  for (const [at, item] of entries(value)) addAll(found, [...path, at], item, role);
  if (isObject(value)) for (const [name, member] of Object.entries(value)) addAll(found, [...path, name], member, role);
}
