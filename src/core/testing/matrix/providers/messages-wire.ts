/** Anthropic's Messages API as an upstream reads and writes it, at Anthropic and at the clouds that have Claude. */
// https://platform.claude.com/docs/en/api/messages
import type { Answered, Asked, JsonObject, Picture, ToolMeaning } from '../meaning.js';
import { expectEqual, listOf, membersOf, numberOf, parseObject, pieces, textOf } from '../strict-json.js';
import { Turns } from '../turns.js';

const members = ['max_tokens', 'messages', 'system', 'tools', 'thinking', 'output_config', 'stop_sequences'];

/** @param frame the members by which a host is told more, for it to read */
export function understandMessages(
  text: string,
  frame: readonly string[],
): { readonly asked: Omit<Asked, 'model' | 'stream'>; readonly body: JsonObject } {
  const body = membersOf(parseObject(text, 'the body'), [...members, ...frame], 'the body');
  const maxTokens = numberOf(body['max_tokens'], 'max_tokens');
  const turns = new Turns();
  listOf(body['messages'], 'messages').forEach((message, at) => readMessage(message, `messages[${at}]`, turns));
  const format = (body['output_config'] as JsonObject | undefined)?.['format'] as JsonObject | undefined;
  if (format) expectEqual(format['type'], 'json_schema', 'the type of output_config.format');
  const asked = {
    ...(body['system'] !== undefined && { system: readTexts(body['system'], 'system') }),
    turns: turns.list(),
    tools: listOf(body['tools'] ?? [], 'tools').map(readTool),
    ...(format && { schema: format['schema'] as JsonObject }),
    reasons: readThinking(body['thinking'], maxTokens),
    stop: listOf(body['stop_sequences'] ?? [], 'stop_sequences') as readonly string[],
    maxTokens,
  };
  return { asked, body };
}

/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
function readThinking(thinking: unknown, maxTokens: number): boolean {
  if (thinking === undefined) return false;
  const { type, budget_tokens: budget } = membersOf(thinking, ['type', 'budget_tokens'], 'thinking');
  expectEqual(type, 'enabled', 'the type of thinking');
  const tokens = numberOf(budget, 'budget_tokens');
  if (tokens < 1_024 || tokens >= maxTokens) throw new Error(`budget_tokens is ${tokens}, max_tokens ${maxTokens}`);
  return true;
}

function readTexts(given: unknown, where: string): string {
  if (typeof given === 'string') return given;
  const texts = (listOf(given, where) as readonly JsonObject[]).map((block) => {
    expectEqual(block['type'], 'text', `the type of a block of ${where}`);
    return textOf(block['text'], where);
  });
  return texts.join('');
}

function readMessage(given: unknown, where: string, turns: Turns): void {
  const { role, content } = membersOf(given, ['role', 'content'], where);
  const blocks = (
    typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content, where)
  ) as readonly JsonObject[];
  const of = (type: string): readonly JsonObject[] => blocks.filter((block) => block['type'] === type);
  const known = role === 'assistant' ? ['text', 'tool_use'] : ['text', 'image', 'tool_result'];
  const strange = blocks.find(({ type }) => !known.includes(String(type)));
  if (strange) throw new Error(`${where} has a block of the type ${String(strange['type'])}`);
  const text = of('text')
    .map((block) => textOf(block['text'], where))
    .join('');
  if (role === 'assistant') {
    const calls = of('tool_use').map(({ id, name, input }) => ({
      id: textOf(id, 'id'),
      name: textOf(name, 'name'),
      input: input as JsonObject,
    }));
    if (calls.some(({ id }) => !/^[a-zA-Z0-9_-]+$/.test(id))) throw new Error('The id of a call is not taken.');
    return turns.assistant(text, calls);
  }
  expectEqual(role, 'user', 'role');
  const results = of('tool_result');
  for (const result of results) turns.resultById(result['tool_use_id'], readTexts(result['content'], 'a result'));
  const [image] = of('image');
  if (results.length === 0 || text !== '') turns.user(text, image && readPicture(image['source']));
}

function readPicture(source: unknown): Picture {
  const { type, media_type: mediaType, data } = membersOf(source, ['type', 'media_type', 'data'], 'source');
  expectEqual(type, 'base64', 'the type of a source');
  return { mediaType: textOf(mediaType, 'media_type'), base64: textOf(data, 'data') };
}

function readTool(given: unknown): ToolMeaning {
  const known = ['name', 'description', 'input_schema', 'strict', 'type'];
  const { name, description, input_schema: parameters } = membersOf(given, known, 'a tool');
  return { name: textOf(name, 'name'), description: String(description), parameters: parameters as JsonObject };
}

export function wholeMessage({ model }: Asked, answer: Answered): JsonObject {
  const usage = { ...inputOf(answer), output_tokens: answer.usage.completion };
  return { ...headOf(model), content: blocksOf(answer), ...endOf(answer), usage };
}

/** https://platform.claude.com/docs/en/build-with-claude/streaming */
export function messageEvents({ model }: Asked, answer: Answered): readonly JsonObject[] {
  const begun = {
    ...headOf(model),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...inputOf(answer), output_tokens: 1 },
  };
  return [
    { type: 'message_start', message: begun },
    { type: 'ping' },
    ...blocksOf(answer).flatMap(eventsOf),
    { type: 'message_delta', delta: endOf(answer), usage: { output_tokens: answer.usage.completion } },
    { type: 'message_stop' },
  ];
}

function headOf(model: string): JsonObject {
  return { id: 'msg_m1', type: 'message', role: 'assistant', model };
}

function inputOf({ usage: { prompt, cached } }: Answered): JsonObject {
  return { input_tokens: prompt - cached, cache_creation_input_tokens: 0, cache_read_input_tokens: cached };
}

function endOf(answer: Answered): JsonObject {
  return { stop_reason: stopReasonOf(answer), stop_sequence: answer.stoppedBy };
}

function stopReasonOf({ finish, stoppedBy }: Answered): string {
  if (stoppedBy !== null) return 'stop_sequence';
  return { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' }[finish];
}

function blocksOf({ text, reasoning, calls }: Answered): readonly JsonObject[] {
  return [
    ...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning, signature: 'EqMBsig==' }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...calls.map(({ name, input }, at) => ({ type: 'tool_use', id: `toolu_m${at}`, name, input })),
  ];
}

function eventsOf(block: JsonObject, index: number): readonly JsonObject[] {
  const { empty, deltas } = cut(block);
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function cut(block: JsonObject): { empty: JsonObject; deltas: readonly JsonObject[] } {
  switch (block['type']) {
    case 'text': {
      const texts = pieces(String(block['text']));
      return { empty: { ...block, text: '' }, deltas: texts.map((text) => ({ type: 'text_delta', text })) };
    }
    case 'thinking': {
      const thoughts = pieces(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking }));
      return {
        empty: { type: 'thinking', thinking: '', signature: '' },
        deltas: [...thoughts, { type: 'signature_delta', signature: block['signature'] }],
      };
    }
    default: {
      const parts = ['', ...pieces(JSON.stringify(block['input']))];
      return {
        empty: { ...block, input: {} },
        deltas: parts.map((text) => ({ type: 'input_json_delta', partial_json: text })),
      };
    }
  }
}
