/** Correct answers of OpenAI's Responses and text completions and of Gemini, from which the faulty ones are made. */
import { openAi, type DialectAnswers } from './dialects.js';

const event = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}`;
const data = (value: object): string => `data: ${JSON.stringify(value)}`;

const response = (status: string, text: string | undefined): object => ({
  id: 'resp_e2e',
  object: 'response',
  created_at: 1,
  status,
  model: 'gpt-e2e',
  error: null,
  incomplete_details: null,
  output: text === undefined ? [] : [messageOf(text)],
  usage:
    text === undefined
      ? null
      : {
          input_tokens: 10,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 5,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 15,
        },
});
const messageOf = (text: string): object => ({
  type: 'message',
  id: 'msg_e2e',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});
const place = { item_id: 'msg_e2e', output_index: 0, content_index: 0 };

// https://platform.openai.com/docs/api-reference/responses-streaming
export const responsesAnswers: DialectAnswers = {
  name: 'same dialect',
  ends: 'with a marker',
  prefix: 'responses',
  provider: 'openai',
  whole: (text) => JSON.stringify(response('completed', text)),
  opening: [
    event('response.created', { sequence_number: 0, response: response('in_progress', undefined) }),
    event('response.output_item.added', { sequence_number: 1, output_index: 0, item: messageOf('') }),
  ],
  content: (delta) => event('response.output_text.delta', { sequence_number: 2, ...place, delta, logprobs: [] }),
  finish: [event('response.output_text.done', { sequence_number: 3, ...place, text: '', logprobs: [] })],
  end: event('response.completed', { sequence_number: 4, response: response('completed', '') }),
  errorEvent: event('error', {
    sequence_number: 3,
    code: 'server_error',
    message: 'The server had an error.',
    param: null,
  }),
  errorEventStatus: 502,
  error: openAi.error,
};

const counts = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
const candidate = (text: string, more: object = {}): object => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
  usageMetadata: counts,
  modelVersion: 'gemini-e2e',
  responseId: 'e2e',
});
const geminiError = (code: number, message: string, status: string): object => ({ error: { code, message, status } });

// https://ai.google.dev/api/generate-content
export const geminiAnswers: DialectAnswers = {
  name: 'same dialect',
  ends: 'with its finish',
  prefix: 'gemini',
  provider: 'gemini',
  whole: (text) => JSON.stringify(candidate(text, { finishReason: 'STOP' })),
  opening: [data(candidate(''))],
  content: (text) => data(candidate(text)),
  finish: [data(candidate('', { finishReason: 'STOP' }))],
  end: ': the end',
  errorEvent: data(geminiError(503, 'The model is overloaded.', 'UNAVAILABLE')),
  errorEventStatus: 503,
  error: (message) => JSON.stringify(geminiError(500, message, 'INTERNAL')),
};

const completion = (text: string, finish: string | null, more: object = {}): object => ({
  id: 'cmpl-e2e',
  object: 'text_completion',
  created: 1,
  model: 'gpt-e2e',
  choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
  ...more,
});
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

// https://platform.openai.com/docs/api-reference/completions
export const completionsAnswers: DialectAnswers = {
  ...openAi,
  prefix: 'completions',
  whole: (text) => JSON.stringify(completion(text, 'stop', { usage })),
  opening: [data(completion('', null))],
  content: (text) => data(completion(text, null)),
  finish: [data(completion('', 'stop')), data({ ...completion('', null), choices: [], usage })],
};
