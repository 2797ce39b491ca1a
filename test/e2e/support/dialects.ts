/** Correct answers of the wire dialects, from which the faulty ones are made. */

export interface DialectAnswers {
  readonly name: 'same dialect' | 'translated';
  /** Whether a stream that has said why the answer ended is complete, or lacks its end marker still. */
  readonly ends: 'with its finish' | 'with a marker';
  /** `model_name` prefix of the deployments that speak it. */
  readonly prefix: string;
  readonly provider: string;
  /** A whole, correct answer with `text`. */
  whole(text: string): string;
  /** The events of a correct stream, one text each, without line ends: the opening ones, one for each text, the closing ones. */
  readonly opening: readonly string[];
  content(text: string): string;
  /** What says why the answer ended. */
  readonly finish: readonly string[];
  /** What says that nothing follows. */
  readonly end: string;
  /** An error within a stream. */
  readonly errorEvent: string;
  /** What such an error is to a client that has got nothing yet. */
  readonly errorEventStatus: number;
  /** An error as a body. */
  error(message: string, type?: string): string;
}

const chunk = (delta: object, finish: string | null = null, more: object = {}): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-e2e',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-e2e',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  })}`;

export const openAi: DialectAnswers = {
  name: 'same dialect',
  ends: 'with its finish',
  errorEventStatus: 502,
  prefix: 'same',
  provider: 'openai',
  whole: (content) =>
    JSON.stringify({
      id: 'chatcmpl-e2e',
      object: 'chat.completion',
      created: 1,
      model: 'gpt-e2e',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
  opening: [chunk({ role: 'assistant', content: '' })],
  content: (content) => chunk({ content }),
  finish: [
    chunk({}, 'stop'),
    `data: ${JSON.stringify({
      id: 'chatcmpl-e2e',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-e2e',
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    })}`,
  ],
  end: 'data: [DONE]',
  errorEvent: 'data: {"error":{"message":"The server had an error.","type":"server_error","code":null,"param":null}}',
  error: (message, type = 'invalid_request_error') =>
    JSON.stringify({ error: { message, type, param: null, code: null } }),
};

const event = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}`;

export const anthropic: DialectAnswers = {
  name: 'translated',
  ends: 'with a marker',
  // It says that it is overloaded; OpenAI's says nothing more than that something failed.
  errorEventStatus: 503,
  prefix: 'translated',
  provider: 'anthropic',
  whole: (text) =>
    JSON.stringify({
      id: 'msg_e2e',
      type: 'message',
      role: 'assistant',
      model: 'claude-e2e',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    }),
  opening: [
    event('message_start', {
      message: {
        id: 'msg_e2e',
        type: 'message',
        role: 'assistant',
        model: 'claude-e2e',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ],
  content: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  finish: [
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
  ],
  end: event('message_stop'),
  errorEvent: event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  error: (message, type = 'invalid_request_error') => JSON.stringify({ type: 'error', error: { type, message } }),
};

/** A complete stream that spells the texts. */
export function completeStream(dialect: DialectAnswers, texts: readonly string[], lineEnd = '\n'): string {
  const events = [...dialect.opening, ...texts.map((text) => dialect.content(text)), ...dialect.finish, dialect.end];
  return eventsText(events, lineEnd);
}

export function eventsText(events: readonly string[], lineEnd = '\n'): string {
  return events.map((each) => `${each.replaceAll('\n', lineEnd)}${lineEnd}${lineEnd}`).join('');
}
