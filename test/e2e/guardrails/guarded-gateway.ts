/** A gateway before the guarded provider, with guardrails that a test puts there, and the surfaces by which it is asked. */
import { GuardrailSources, type ActiveGuardrail } from '../../../src/guardrails/guardrail-source.js';
import { dialectStreams } from '../../../src/guardrails/testing/dialect-streams.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { GuardedProvider } from './guarded-provider.js';

type Json = Record<string, unknown>;

export interface SurfaceRow {
  readonly name: string;
  readonly model: string;
  readonly streams: boolean;
  readonly mostAnswers: number;
  /** The answer holds text. */
  readonly answers: boolean;
  readonly path: string | ((stream: boolean) => string);
  readonly body: (text: string, stream: boolean, n: number) => Json;
  readonly isForm?: boolean;
  /** The text of each answer, as a client has it. */
  readonly read: (answer: Answer, stream: boolean) => readonly string[];
}

export class GuardedGateway {
  active: readonly ActiveGuardrail[] = [];

  private constructor(
    readonly gateway: TestGateway,
    readonly provider: GuardedProvider,
  ) {}

  static async start(general: Json = {}): Promise<GuardedGateway> {
    const provider = new GuardedProvider();
    const origin = await provider.listen();
    const entry = (name: string, model: string, api_base: string) => ({
      model_name: name,
      litellm_params: {
        model,
        api_base,
        api_key: 'sk-provider',
        input_cost_per_token: 0.000001,
        output_cost_per_token: 0.000002,
      },
    });
    const gateway = await TestGateway.start({
      models: [
        ...['chat', 'other', 'vectors', 'painter', 'voice', 'ears', 'judge', 'native-responses'].map((name) =>
          entry(name, `openai/${modelsOf[name] ?? 'gpt-4o'}`, `${origin}/v1`),
        ),
        entry('hub', 'groq/llama', `${origin}/v1`),
        entry('order', 'cohere/rerank-v3.5', origin),
        entry('claude', 'anthropic/claude-sonnet-4-5', origin),
        entry('gemini', 'gemini/gemini-2.5-flash', `${origin}/v1beta`),
      ],
      general: { store_prompts_in_spend_logs: true, ...general },
    });
    const made = new GuardedGateway(gateway, provider);
    gateway.app.get(GuardrailSources).add({ all: () => made.active });
    return made;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.provider.close();
  }

  reset(...active: readonly ActiveGuardrail[]): void {
    this.active = active;
    this.provider.sent.length = 0;
    this.provider.pieces = ['Hello'];
    this.provider.cutAfterEvents = undefined;
    this.provider.beforeEvent = undefined;
  }

  ask(row: SurfaceRow, text: string, stream: boolean, n = 1, more: Json = {}): Promise<Answer> {
    const path = typeof row.path === 'string' ? row.path : row.path(stream);
    const body = { ...row.body(text, stream, n), ...more };
    if (!row.isForm) return this.post(path, body);
    const boundary = 'guarded-form';
    const field = (name: string, value: unknown): string =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`;
    const fields = Object.entries(body).filter(([name]) => name !== 'file');
    const name = row.name.startsWith('image') ? 'image' : 'file';
    const file = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="a.wav"\r\ncontent-type: application/octet-stream\r\n\r\nbytes\r\n`;
    return this.gateway.send({
      method: 'POST',
      path,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: fields.map(([member, value]) => field(member, value)).join('') + file + `--${boundary}--\r\n`,
    });
  }

  post(path: string, body: Json, headers: Record<string, string> = {}): Promise<Answer> {
    return this.gateway.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }
}

const modelsOf: Readonly<Record<string, string>> = {
  vectors: 'text-embedding-3-small',
  painter: 'gpt-image-1',
  voice: 'tts-1',
  ears: 'gpt-4o-transcribe',
  judge: 'omni-moderation-latest',
};

const read =
  (name: string, whole: (body: Json) => readonly string[]) =>
  (answer: Answer, stream: boolean): readonly string[] => {
    if (!stream) return whole(answer.json as Json);
    const dialect = dialectStreams.find((each) => each.name === name);
    return (
      dialect
        ?.read(answer.text)
        .answers.map(({ content }) => content)
        .filter((text) => text !== '') ?? []
    );
  };

const listed = (value: unknown): Json[] => (value ?? []) as Json[];
const chat = read('chat', ({ choices }) => listed(choices).map(({ message }) => String((message as Json)['content'])));
const completions = read('completions', ({ choices }) => listed(choices).map(({ text }) => String(text)));
const messages = read('messages', ({ content }) => listed(content).map(({ text }) => String(text)));
const responses = read('responses', ({ output }) =>
  listed(output).flatMap(({ content }) => listed(content).map(({ text }) => String(text))),
);
const gemini = read('generateContent', ({ candidates }) =>
  listed(candidates).map(({ content }) =>
    listed((content as Json)['parts'])
      .map(({ text }) => String(text))
      .join(''),
  ),
);
const nothing = (): readonly string[] => [];

const dialogue = { streams: true, answers: true } as const;
const endpoint = { streams: false, mostAnswers: 1, read: nothing } as const;
const user = (content: string): Json[] => [{ role: 'user', content }];
const geminiPath = (model: string) => (stream: boolean) =>
  `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`;
const geminiBody = (text: string, _stream: boolean, n: number): Json => ({
  contents: [{ role: 'user', parts: [{ text }] }],
  generationConfig: { candidateCount: n },
});

export const surfaces: readonly SurfaceRow[] = [
  {
    ...dialogue,
    name: 'chat',
    model: 'chat',
    mostAnswers: 2,
    path: '/v1/chat/completions',
    body: (text, stream, n) => ({ model: 'chat', messages: user(text), stream, n }),
    read: chat,
  },
  {
    ...dialogue,
    name: 'completions',
    model: 'chat',
    mostAnswers: 2,
    path: '/v1/completions',
    body: (prompt, stream, n) => ({ model: 'chat', prompt, stream, n }),
    read: completions,
  },
  {
    ...dialogue,
    name: 'responses',
    model: 'hub',
    mostAnswers: 1,
    path: '/v1/responses',
    body: (input, stream) => ({ model: 'hub', input, stream }),
    read: responses,
  },
  {
    ...dialogue,
    name: 'responses of a provider that keeps them',
    model: 'native-responses',
    mostAnswers: 1,
    path: '/v1/responses',
    body: (input, stream) => ({ model: 'native-responses', input, stream }),
    read: responses,
  },
  {
    ...dialogue,
    name: 'messages',
    model: 'hub',
    mostAnswers: 1,
    path: '/v1/messages',
    body: (text, stream) => ({ model: 'hub', max_tokens: 50, messages: user(text), stream }),
    read: messages,
  },
  {
    ...dialogue,
    name: 'messages of Claude',
    model: 'claude',
    mostAnswers: 1,
    path: '/v1/messages',
    body: (text, stream) => ({ model: 'claude', max_tokens: 50, messages: user(text), stream }),
    read: messages,
  },
  {
    ...dialogue,
    name: 'generateContent',
    model: 'chat',
    mostAnswers: 2,
    path: geminiPath('chat'),
    body: geminiBody,
    read: gemini,
  },
  {
    ...dialogue,
    name: 'generateContent of Gemini',
    model: 'gemini',
    mostAnswers: 1,
    path: geminiPath('gemini'),
    body: geminiBody,
    read: gemini,
  },
  {
    ...endpoint,
    name: 'embeddings',
    model: 'vectors',
    answers: false,
    path: '/v1/embeddings',
    body: (input) => ({ model: 'vectors', input: [input] }),
  },
  {
    ...endpoint,
    name: 'rerank',
    model: 'order',
    answers: false,
    path: '/v1/rerank',
    body: (query) => ({ model: 'order', query, documents: [query] }),
  },
  {
    ...endpoint,
    name: 'moderations',
    model: 'judge',
    answers: false,
    path: '/v1/moderations',
    body: (input) => ({ model: 'judge', input }),
  },
  {
    ...endpoint,
    name: 'images',
    model: 'painter',
    answers: true,
    path: '/v1/images/generations',
    body: (prompt) => ({ model: 'painter', prompt }),
    read: ({ json }) => listed((json as Json)['data']).map(({ revised_prompt: text }) => String(text)),
  },
  {
    ...endpoint,
    name: 'image edits',
    model: 'painter',
    answers: true,
    isForm: true,
    path: '/v1/images/edits',
    body: (prompt) => ({ model: 'painter', prompt }),
    read: ({ json }) => listed((json as Json)['data']).map(({ revised_prompt: text }) => String(text)),
  },
  {
    ...endpoint,
    name: 'speech',
    model: 'voice',
    answers: false,
    path: '/v1/audio/speech',
    body: (input) => ({ model: 'voice', input, voice: 'alloy' }),
  },
  {
    ...endpoint,
    name: 'transcription',
    model: 'ears',
    answers: true,
    streams: true,
    isForm: true,
    path: '/v1/audio/transcriptions',
    body: (prompt, stream) => ({ model: 'ears', prompt, ...(stream && { stream: 'true' }) }),
    read: ({ json, text }, stream) => (stream ? [transcriptOf(text)] : [String((json as Json)['text'])]),
  },
];

function transcriptOf(stream: string): string {
  const events = stream
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)) as Json);
  const pieces = events.map(({ delta }) => (typeof delta === 'string' ? delta : '')).join('');
  const done = events.find(({ type }) => type === 'transcript.text.done');
  if (done && done['text'] !== pieces) throw new Error('the end says something else than its pieces');
  return pieces;
}
