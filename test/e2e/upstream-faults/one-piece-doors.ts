/** The endpoints that answer in one piece: how each is asked, what a correct answer is, and how it is read. */
import { openAi, type DialectAnswers } from '../support/dialects.js';
import { errorOf } from '../support/envelope.js';
import type { Answer } from '../support/http-client.js';
import type { DoorView, FrontDoor } from './front-doors.js';

type Json = Readonly<Record<string, unknown>>;

const json = (value: object): string => JSON.stringify(value);

/** Only whole answers are ever asked for. */
function answersOf(whole: (text: string) => string, provider = 'openai'): DialectAnswers {
  return { ...openAi, provider, whole };
}

/** @param textIn the text of a correct answer; undefined for any other */
function reader(textIn: (body: Json) => unknown): (answer: Answer) => DoorView {
  return (answer) => {
    const { status } = answer;
    if (status !== 200) return { status, text: '', finishReason: null, done: false, error: errorOf(answer.json) };
    const text = textIn(answer.json as Json);
    if (typeof text !== 'string') throw new Error(`No answer: ${answer.text.slice(0, 200)}`);
    return { status, text, finishReason: 'stop', done: true, error: undefined };
  };
}

const first = (list: unknown): Json => (list as Json[])[0] ?? {};

/** A text as numbers, and back. */
const vectorOf = (text: string): number[] => [...Buffer.from(text)];
const textOfVector = (vector: unknown): string => Buffer.from(vector as number[]).toString();

const embeddings = {
  path: () => '/v1/embeddings',
  body: (model: string) => json({ model, input: 'Hello' }),
  read: reader((body) => textOfVector(first(body['data'])['embedding'])),
  modes: ['whole'] as const,
};
const transcription = {
  path: () => '/v1/audio/transcriptions',
  contentType: 'multipart/form-data; boundary=edge',
  body: (model: string) => form({ model }, 'Hello'),
  read: reader((body) => body['text']),
  modes: ['whole'] as const,
};

/** What comes before any sound does. */
const beforeSound = new Set([
  ...['reset before the head', 'closed before the head', 'a header of 20 KiB', 'bytes that are no HTTP'],
  ...['JSON that is no completion', 'an error body with 200', 'a redirect to another origin'],
  ...['a refused connection', 'a host name that does not resolve', 'silence'],
]);
const speech = {
  path: () => '/v1/audio/speech',
  body: (model: string) => json({ model, voice: 'alloy', input: 'Hello' }),
  upstream: answersOf((text) => json({ text })),
  read: reader(() => undefined),
  modes: ['whole'] as const,
  faults: beforeSound,
};

function form(fields: Readonly<Record<string, string>>, file: string): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--edge\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = 'content-disposition: form-data; name="file"; filename="a.wav"\r\ncontent-type: audio/wav\r\n\r\n';
  return `${parts.join('')}--edge\r\n${head}${file}\r\n--edge--\r\n`;
}

const openAiSide = { provider: 'openai', versioned: true };
const cohereSide = { provider: 'cohere', versioned: false };

export const onePieceDoors: readonly FrontDoor[] = [
  {
    name: 'embeddings',
    ...embeddings,
    ...openAiSide,
    upstream: answersOf((text) =>
      json({
        object: 'list',
        model: 'm',
        data: [{ object: 'embedding', index: 0, embedding: vectorOf(text) }],
        usage: { prompt_tokens: 1, total_tokens: 1 },
      }),
    ),
  },
  {
    name: 'embeddings-translated',
    ...embeddings,
    ...cohereSide,
    upstream: answersOf((text) =>
      json({ id: 'e', embeddings: { float: [vectorOf(text)] }, meta: { billed_units: { input_tokens: 1 } } }),
    ),
  },
  {
    name: 'rerank',
    path: () => '/v1/rerank',
    body: (model) => json({ model, query: 'Hello', documents: ['a'], return_documents: false }),
    ...cohereSide,
    // The text in the id, which is all of its own that an answer has.
    upstream: answersOf((text) =>
      json({ id: text, results: [{ index: 0, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } }),
    ),
    read: reader((body) => (Array.isArray(body['results']) ? body['id'] : undefined)),
    modes: ['whole'],
  },
  {
    name: 'images',
    path: () => '/v1/images/generations',
    body: (model) => json({ model, prompt: 'Hello' }),
    ...openAiSide,
    upstream: answersOf((text) => json({ created: 1, data: [{ b64_json: Buffer.from(text).toString('base64') }] })),
    read: reader((body) => Buffer.from(String(first(body['data'])['b64_json']), 'base64').toString()),
    modes: ['whole'],
  },
  {
    name: 'moderations',
    path: () => '/v1/moderations',
    body: (model) => json({ model, input: 'Hello' }),
    ...openAiSide,
    upstream: answersOf((text) =>
      json({ id: text, model: 'm', results: [{ flagged: false, categories: {}, category_scores: {} }] }),
    ),
    read: reader((body) => (Array.isArray(body['results']) ? body['id'] : undefined)),
    modes: ['whole'],
  },
  {
    name: 'transcriptions',
    ...transcription,
    ...openAiSide,
    upstream: answersOf((text) => json({ text })),
  },
  { name: 'speech', ...speech, ...openAiSide },
  { name: 'speech-translated', ...speech, provider: 'elevenlabs', versioned: true },
  {
    name: 'transcriptions-translated',
    ...transcription,
    provider: 'deepgram',
    versioned: true,
    upstream: answersOf((transcript) =>
      json({ metadata: { duration: 1 }, results: { channels: [{ alternatives: [{ transcript }] }] } }),
    ),
  },
];
