/** Streams of each dialect as a provider writes them, and what a client of the dialect makes of what it gets: independent of how surfaces read. */
import { anthropicMessagesSurface } from '../surfaces/anthropic-messages.js';
import { geminiSurface } from '../surfaces/gemini.js';
import { openAiChatSurface } from '../surfaces/openai-chat.js';
import { openAiCompletionsSurface } from '../surfaces/openai-completions.js';
import { openAiResponsesSurface } from '../surfaces/openai-responses.js';
import type { Surface } from '../surfaces/surface.js';

type Json = Record<string, unknown>;

/** The texts of one answer, by kind. */
export interface SpokenAnswer {
  readonly content: string;
  readonly reasoning?: string;
  /** JSON. */
  readonly arguments?: string;
}

export interface DialectStream {
  readonly name: string;
  readonly surface: Surface;
  /** How many answers a stream may hold. */
  readonly mostAnswers: number;
  readonly kinds: readonly (keyof SpokenAnswer)[];
  /** The events of a stream in which each answer is spoken in these pieces. */
  events(answers: readonly Partial<Record<keyof SpokenAnswer, readonly string[]>>[]): string[];
  /** What a client puts together; fails on what no client can read. */
  read(stream: string): { readonly answers: readonly SpokenAnswer[]; readonly isComplete: boolean };
}

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Each event's data. */
export function dataOf(stream: string): string[] {
  return stream
    .split('\n\n')
    .filter((event) => event !== '')
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data: ')))
    .map((line) => line.slice('data: '.length));
}

function objectsOf(stream: string): Json[] {
  return dataOf(stream)
    .filter((text) => text !== '[DONE]')
    .map((text) => JSON.parse(text) as Json);
}

function answersOf(count: number): { content: string; reasoning: string; arguments: string }[] {
  return Array.from({ length: count }, () => ({ content: '', reasoning: '', arguments: '' }));
}

/** The pieces of all answers, one after the other of each in turn. */
function interleaved<Piece>(lists: readonly (readonly Piece[])[]): Piece[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

const head = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm' };

const chat: DialectStream = {
  name: 'chat',
  surface: openAiChatSurface,
  mostAnswers: 2,
  kinds: ['content', 'reasoning', 'arguments'],
  events(answers) {
    const chunk = (index: number, delta: object, finish: string | null = null): string =>
      data({ ...head, choices: [{ index, delta, finish_reason: finish }] });
    const spoken = answers.map(({ content = [], reasoning = [], arguments: args = [] }, index) => [
      chunk(index, { role: 'assistant', content: '' }),
      ...reasoning.map((text) => chunk(index, { reasoning_content: text })),
      ...content.map((text) => chunk(index, { content: text })),
      ...(args.length > 0
        ? [
            chunk(index, {
              tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } }],
            }),
          ]
        : []),
      ...args.map((text) => chunk(index, { tool_calls: [{ index: 0, function: { arguments: text } }] })),
    ]);
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const ends = answers.map((_, index) => chunk(index, {}, 'stop'));
    return [...interleaved(spoken), ...ends, data({ ...head, choices: [], usage }), 'data: [DONE]\n\n'];
  },
  read(stream) {
    const answers = answersOf(2);
    const finished = new Set<number>();
    for (const { choices } of objectsOf(stream) as { choices: Json[] }[]) {
      for (const { index, delta, finish_reason: finish } of choices as {
        index: number;
        delta: Json;
        finish_reason: unknown;
      }[]) {
        if (finished.has(index)) throw new Error('something follows the end of an answer');
        const answer = answers[index];
        if (!answer) continue;
        answer.content += textOf(delta['content']);
        answer.reasoning += textOf(delta['reasoning_content']);
        for (const call of (delta['tool_calls'] ?? []) as { function: Json }[])
          answer.arguments += textOf(call.function['arguments']);
        if (finish) finished.add(index);
      }
    }
    return { answers, isComplete: finished.size > 0 && stream.endsWith('data: [DONE]\n\n') };
  },
};

const completions: DialectStream = {
  name: 'completions',
  surface: openAiCompletionsSurface,
  mostAnswers: 2,
  kinds: ['content'],
  events(answers) {
    const chunk = (index: number, text: string, finish: string | null = null): string =>
      data({
        id: 'c1',
        object: 'text_completion',
        created: 1,
        model: 'm',
        choices: [{ index, text, logprobs: null, finish_reason: finish }],
      });
    const spoken = answers.map(({ content = [] }, index) => content.map((text) => chunk(index, text)));
    return [...interleaved(spoken), ...answers.map((_, index) => chunk(index, '', 'stop')), 'data: [DONE]\n\n'];
  },
  read(stream) {
    const answers = answersOf(2);
    for (const { choices } of objectsOf(stream) as { choices: { index: number; text: string }[] }[]) {
      for (const { index, text } of choices) {
        const answer = answers[index];
        if (answer) answer.content += text;
      }
    }
    return { answers, isComplete: stream.endsWith('data: [DONE]\n\n') };
  },
};

const messages: DialectStream = {
  name: 'messages',
  surface: anthropicMessagesSurface,
  mostAnswers: 1,
  kinds: ['content', 'reasoning', 'arguments'],
  events([answer = {}]) {
    const blocks: [block: object, deltas: object[]][] = [];
    const { content, reasoning, arguments: args } = answer;
    if (reasoning)
      blocks.push([
        { type: 'thinking', thinking: '' },
        reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
      ]);
    if (content) blocks.push([{ type: 'text', text: '' }, content.map((text) => ({ type: 'text_delta', text }))]);
    if (args)
      blocks.push([
        { type: 'tool_use', id: 't', name: 'look', input: {} },
        args.map((json) => ({ type: 'input_json_delta', partial_json: json })),
      ]);
    const message = {
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      usage: { input_tokens: 1, output_tokens: 0 },
    };
    return [
      named({ type: 'message_start', ...{ message } }),
      ...blocks.flatMap(([block, deltas], index) => [
        named({ type: 'content_block_start', ...{ index, content_block: block } }),
        ...deltas.map((delta) => named({ type: 'content_block_delta', ...{ index, delta } })),
        named({ type: 'content_block_stop', ...{ index } }),
      ]),
      named({ type: 'message_delta', ...{ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } } }),
      named({ type: 'message_stop' }),
    ];
  },
  read(stream) {
    const [answer = { content: '', reasoning: '', arguments: '' }] = answersOf(1);
    let open: unknown;
    let isComplete = false;
    for (const event of objectsOf(stream) as { type: string; index: number; delta: Json }[]) {
      if (event.type === 'content_block_start') open = event.index;
      if (event.type === 'content_block_stop') open = undefined;
      if (event.type === 'message_stop') isComplete = true;
      if (event.type !== 'content_block_delta') continue;
      if (open !== event.index) throw new Error('a delta outside of its block');
      answer.content += textOf(event.delta['text']);
      answer.reasoning += textOf(event.delta['thinking']);
      answer.arguments += textOf(event.delta['partial_json']);
    }
    return { answers: [answer], isComplete };
  },
};

const responses: DialectStream = {
  name: 'responses',
  surface: openAiResponsesSurface,
  mostAnswers: 1,
  kinds: ['content', 'reasoning', 'arguments'],
  events([answer = {}]) {
    const { content, reasoning, arguments: args } = answer;
    const events: Json[] = [{ type: 'response.created', response: { id: 'resp_1', output: [] } }];
    const output: Json[] = [];
    if (reasoning) {
      const at = { item_id: 'rs', output_index: output.length, summary_index: 0 };
      const text = reasoning.join('');
      const item = { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text }] };
      events.push({ type: 'response.output_item.added', output_index: output.length, item: { ...item, summary: [] } });
      for (const delta of reasoning) events.push({ type: 'response.reasoning_summary_text.delta', ...at, delta });
      events.push({ type: 'response.reasoning_summary_text.done', ...at, text });
      events.push({ type: 'response.output_item.done', output_index: output.length, item });
      output.push(item);
    }
    if (content) {
      const at = { item_id: 'msg', output_index: output.length, content_index: 0 };
      const text = content.join('');
      const part = { type: 'output_text', text, annotations: [] };
      const item = { type: 'message', id: 'msg', role: 'assistant', content: [part] };
      events.push({ type: 'response.output_item.added', output_index: output.length, item: { ...item, content: [] } });
      events.push({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } });
      for (const delta of content) events.push({ type: 'response.output_text.delta', ...at, delta, logprobs: [] });
      events.push({ type: 'response.output_text.done', ...at, text });
      events.push({ type: 'response.content_part.done', ...at, part });
      events.push({ type: 'response.output_item.done', output_index: output.length, item });
      output.push(item);
    }
    if (args) {
      const at = { item_id: 'fc', output_index: output.length };
      const item = { type: 'function_call', id: 'fc', call_id: 'call', name: 'look', arguments: args.join('') };
      events.push({
        type: 'response.output_item.added',
        output_index: output.length,
        item: { ...item, arguments: '' },
      });
      for (const delta of args) events.push({ type: 'response.function_call_arguments.delta', ...at, delta });
      events.push({ type: 'response.function_call_arguments.done', ...at, arguments: args.join('') });
      events.push({ type: 'response.output_item.done', output_index: output.length, item });
      output.push(item);
    }
    events.push({ type: 'response.completed', response: { id: 'resp_1', output } });
    return events.map((event, at) => named({ ...event, ...{ sequence_number: at } } as unknown as { type: string }));
  },
  read(stream) {
    const [answer = { content: '', reasoning: '', arguments: '' }] = answersOf(1);
    const end = { content: '', reasoning: '', arguments: '' };
    let isComplete = false;
    let last = -1;
    for (const event of objectsOf(stream)) {
      const number = event['sequence_number'] as number;
      if (number <= last) throw new Error('an event before its turn');
      last = number;
      const type = String(event['type']);
      if (type === 'response.output_text.delta') answer.content += String(event['delta']);
      if (type === 'response.reasoning_summary_text.delta') answer.reasoning += String(event['delta']);
      if (type === 'response.function_call_arguments.delta') answer.arguments += String(event['delta']);
      if (type === 'response.output_text.done' && event['text'] !== answer.content)
        throw new Error('the end says something else than its pieces');
      if (type !== 'response.completed') continue;
      isComplete = true;
      for (const item of ((event['response'] as Json)['output'] ?? []) as Json[]) {
        for (const part of (item['content'] ?? []) as Json[]) end.content += String(part['text']);
        for (const part of (item['summary'] ?? []) as Json[]) end.reasoning += String(part['text']);
        if (item['type'] === 'function_call') end.arguments += String(item['arguments']);
      }
      if (JSON.stringify(end) !== JSON.stringify(answer))
        throw new Error('the whole says something else than its pieces');
    }
    return { answers: [answer], isComplete };
  },
};

const gemini: DialectStream = {
  name: 'generateContent',
  surface: geminiSurface,
  mostAnswers: 2,
  kinds: ['content', 'reasoning', 'arguments'],
  events(answers) {
    const chunk = (index: number, parts: object[], more: object = {}): string =>
      data({ candidates: [{ index, content: { role: 'model', parts }, ...more }], modelVersion: 'm' });
    const spoken = answers.map(({ content = [], reasoning = [], arguments: args }, index) => [
      ...reasoning.map((text) => chunk(index, [{ text, thought: true }])),
      ...content.map((text) => chunk(index, [{ text }])),
      // Google sends a call whole.
      ...(args ? [chunk(index, [{ functionCall: { name: 'look', args: JSON.parse(args.join('')) as object } }])] : []),
    ]);
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 2 };
    return [
      ...interleaved(spoken),
      ...answers.map((_, index) => chunk(index, [{ text: '' }], { finishReason: 'STOP' })),
      data({ candidates: [], usageMetadata }),
    ];
  },
  read(stream) {
    const answers = answersOf(2);
    let isComplete = false;
    for (const event of objectsOf(stream)) {
      if ('usageMetadata' in event) isComplete = true;
      for (const { index, content } of event['candidates'] as { index: number; content: { parts: Json[] } }[]) {
        const answer = answers[index];
        for (const part of content.parts) {
          if (!answer) continue;
          if (part['functionCall']) answer.arguments += JSON.stringify((part['functionCall'] as Json)['args']);
          else if (part['thought']) answer.reasoning += String(part['text']);
          else answer.content += String(part['text']);
        }
      }
    }
    return { answers, isComplete };
  },
};

export const dialectStreams: readonly DialectStream[] = [chat, completions, messages, responses, gemini];
