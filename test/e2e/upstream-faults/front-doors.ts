/** The endpoints at which clients talk to chat models besides chat itself: how each is asked, and how its answers are read. */
import { SseDecoder } from '../../../src/core/transport/sse-decoder.js';
import { clientView, type ClientView } from '../support/client-stream.js';
import { anthropic, openAi, type DialectAnswers } from '../support/dialects.js';
import { errorOf } from '../support/envelope.js';
import type { Answer } from '../support/http-client.js';
import { completionsAnswers, geminiAnswers, responsesAnswers } from '../support/more-dialects.js';

export interface FrontDoor {
  /** Also of the models behind it. */
  readonly name: string;
  readonly path: (model: string, stream: boolean) => string;
  readonly body: (model: string, stream: boolean) => string | Buffer;
  readonly contentType?: string;
  /** What the provider speaks. */
  readonly upstream: DialectAnswers;
  readonly provider: string;
  /** What stands before the provider's name of the model. */
  readonly family?: string;
  /** Whether the provider's address ends with the version. */
  readonly versioned: boolean;
  /** Fails the test where an error has not the dialect's own envelope. `message` of what went wrong is always there. */
  readonly read: (answer: Answer) => DoorView;
  readonly modes: readonly ('stream' | 'whole')[];
  /** The faults that have a meaning here, by name; all of them where absent. */
  readonly faults?: ReadonlySet<string>;
  /** Why an answer ended is passed on when the provider says it, before its end marker has come. */
  readonly passesOn?: true;
}

export interface DoorView extends Omit<ClientView, 'error'> {
  readonly error: { readonly message: string } | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const question = 'Hello';
const words = { role: 'user', content: question };
const json = (value: object): string => JSON.stringify(value);
const isStream = ({ headers }: Answer): boolean => String(headers['content-type']).startsWith('text/event-stream');

/** What a client's parser would get, whatever line ends there are. */
function eventsOf({ text }: Answer): readonly string[] {
  const decoder = new SseDecoder();
  return [...decoder.push(Buffer.from(text)), ...decoder.end()].map(({ data }) => data);
}

function parsed(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Puts a view together from what came one after the other; nothing may follow an end, be it good or bad. */
class Reading {
  text = '';
  finishReason: string | null = null;
  done = false;
  error: { readonly message: string } | undefined;

  constructor(readonly status: number) {}

  next(what: unknown): void {
    expect({ after: what, done: this.done, error: this.error }).toMatchObject({ done: false, error: undefined });
  }

  view(): DoorView {
    const { status, text, finishReason, done, error } = this;
    return { status, text, finishReason, done, error };
  }
}

function readMessages(answer: Answer): DoorView {
  const reading = new Reading(answer.status);
  if (!isStream(answer)) {
    const body = answer.json as Json;
    if (answer.status !== 200) reading.error = anthropicError(body);
    else {
      reading.text = ((body['content'] as { text: string }[])[0] as { text: string }).text;
      reading.finishReason = body['stop_reason'] === 'end_turn' ? 'stop' : null;
      reading.done = true;
    }
    return reading.view();
  }
  for (const event of eventsOf(answer).map(parsed)) {
    reading.next(event);
    const delta = (event['delta'] ?? {}) as Json;
    if (event['type'] === 'error') reading.error = anthropicError(event);
    else if (event['type'] === 'message_stop') reading.done = true;
    else if (event['type'] === 'message_delta')
      reading.finishReason = delta['stop_reason'] === 'end_turn' ? 'stop' : null;
    else if (delta['type'] === 'text_delta') reading.text += String(delta['text']);
  }
  return reading.view();
}

function anthropicError(body: unknown): { message: string } {
  expect(body).toEqual({
    type: 'error',
    error: {
      type: expect.stringMatching(/^[a-z_]+$/) as string,
      message: expect.stringMatching(/\S/) as string,
    },
  });
  return (body as { error: { message: string } }).error;
}

function readResponses(answer: Answer): DoorView {
  const reading = new Reading(answer.status);
  if (!isStream(answer)) {
    const body = answer.json as Json;
    if (answer.status !== 200) reading.error = errorOf(body);
    else {
      const [message] = body['output'] as { content: { text: string }[] }[];
      reading.text = message?.content[0]?.text ?? '';
      reading.done = body['status'] === 'completed';
      reading.finishReason = 'stop';
    }
    return reading.view();
  }
  for (const event of eventsOf(answer).map(parsed)) {
    reading.next(event);
    if (event['type'] === 'error') {
      expect(event).toMatchObject({
        code: expect.stringMatching(/^[a-z_]+$/) as string,
        message: expect.stringMatching(/\S/) as string,
      });
      reading.error = { message: String(event['message']) };
    } else if (event['type'] === 'response.completed') {
      reading.done = true;
      reading.finishReason = 'stop';
    } else if (event['type'] === 'response.output_text.delta') reading.text += String(event['delta']);
  }
  return reading.view();
}

/** Events of a stream, or the elements of the array that Google sends in their place. */
function readGemini(answer: Answer): DoorView {
  const reading = new Reading(answer.status);
  const isArray = Array.isArray(answer.json);
  if (answer.status !== 200) {
    reading.error = googleError(answer.json);
    return reading.view();
  }
  const answers = isStream(answer) ? eventsOf(answer).map(parsed) : ([answer.json].flat() as Json[]);
  if (isArray || isStream(answer)) expect(answers.length).toBeGreaterThan(0);
  let ended = false;
  for (const each of answers) {
    reading.next(each);
    if (each['error'] !== undefined) {
      reading.error = googleError(each);
      continue;
    }
    const [candidate] = (each['candidates'] ?? []) as { finishReason?: string; content?: { parts?: Json[] } }[];
    reading.text += (candidate?.content?.parts ?? []).map(({ text }) => text).join('');
    ended ||= candidate?.finishReason === 'STOP';
  }
  if (ended && !reading.error) {
    reading.done = true;
    reading.finishReason = 'stop';
  }
  return reading.view();
}

function googleError(body: unknown): { message: string } {
  expect(body).toEqual({
    error: {
      code: expect.any(Number) as number,
      message: expect.stringMatching(/\S/) as string,
      status: expect.stringMatching(/^[A-Z_]+$/) as string,
    },
  });
  return (body as { error: { message: string } }).error;
}

/** The answer of chat, with a text in the place of its message. */
function readCompletions(answer: Answer): DoorView {
  const asChat = (text: string): string =>
    text.replace(/"text":("(?:[^"\\]|\\.)*")/g, '"message":{"content":$1},"delta":{"content":$1}');
  if (isStream(answer)) return clientView({ ...answer, text: asChat(answer.text) });
  return clientView({ ...answer, json: answer.status === 200 ? JSON.parse(asChat(answer.text)) : answer.json });
}

const both = ['stream', 'whole'] as const;

const messages = {
  path: () => '/v1/messages',
  body: (model: string, stream: boolean) => json({ model, stream, max_tokens: 100, messages: [words] }),
  read: readMessages,
  modes: both,
};
const responses = {
  path: () => '/v1/responses',
  body: (model: string, stream: boolean) => json({ model, stream, store: false, input: question }),
  read: readResponses,
  modes: both,
};
const geminiBody = (): string => json({ contents: [{ role: 'user', parts: [{ text: question }] }] });
const geminiEvents = {
  path: (model: string, stream: boolean) =>
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  body: geminiBody,
  read: readGemini,
  modes: both,
};
const geminiArray = {
  path: (model: string) => `/v1beta/models/${model}:streamGenerateContent`,
  body: geminiBody,
  read: readGemini,
  modes: ['stream'] as const,
};
const completions = {
  path: () => '/v1/completions',
  body: (model: string, stream: boolean) => json({ model, stream, prompt: question }),
  read: readCompletions,
  modes: both,
};

const speaksOpenAi = { upstream: openAi, provider: 'openai', versioned: true };
const speaksAnthropic = { upstream: anthropic, provider: 'anthropic', versioned: false };

export const frontDoors: readonly FrontDoor[] = [
  { name: 'messages-native', ...messages, ...speaksAnthropic, passesOn: true },
  { name: 'messages-translated', ...messages, ...speaksOpenAi },
  { name: 'responses-native', ...responses, ...speaksOpenAi, upstream: responsesAnswers },
  { name: 'responses-bridged', ...responses, ...speaksAnthropic },
  { name: 'gemini-native', ...geminiEvents, upstream: geminiAnswers, provider: 'gemini', versioned: false },
  { name: 'gemini-translated', ...geminiEvents, ...speaksOpenAi },
  { name: 'gemini-array-native', ...geminiArray, upstream: geminiAnswers, provider: 'gemini', versioned: false },
  { name: 'gemini-array-translated', ...geminiArray, ...speaksAnthropic },
  {
    name: 'completions-native',
    ...completions,
    ...speaksOpenAi,
    upstream: completionsAnswers,
    family: 'gpt-3.5-turbo-instruct-',
  },
  { name: 'completions-translated', ...completions, ...speaksAnthropic },
];
