/** Cohere as an upstream: the v2 chat. */
// https://docs.cohere.com/reference/chat
import { cohere } from '../../../providers/cohere/index.js';
import type { Answered, Asked, JsonObject, ToolMeaning } from '../meaning.js';
import type { Provider, Reply } from '../sides.js';
import {
  expectEqual,
  joinedTexts,
  listOf,
  membersOf,
  numberOf,
  parseObject,
  pieces,
  textOf,
  writeEvents,
} from '../strict-json.js';
import { Turns } from '../turns.js';
import { pictureOf } from './chat-wire.js';

export const cohereUpstream: Provider = {
  name: 'cohere',
  title: 'Cohere',
  definition: cohere,
  credentials: { apiKey: 'test-key' },
  model(feature) {
    if (feature === 'image') return 'command-a-vision-07-2025';
    return feature === 'reasoning' ? 'command-a-reasoning-08-2025' : 'command-a-03-2025';
  },
  tells: { cached: true, reasoningTokens: false, stoppedBy: false },
  understand(request) {
    expectEqual(request.path, '/v2/chat', 'the path');
    return understand(request.body);
  },
  answer: (_request, { stream }, answer) => (stream ? streamed(answer) : whole(answer)),
};

const members = [
  ...['model', 'messages', 'stream', 'max_tokens', 'stop_sequences', 'tools', 'response_format', 'thinking'],
];

function understand(text: string): Asked {
  const body = membersOf(parseObject(text, 'the body'), members, 'the body');
  const turns = new Turns();
  const system: string[] = [];
  for (const message of listOf(body['messages'], 'messages')) readMessage(message, turns, system);
  const format = body['response_format'];
  return {
    model: textOf(body['model'], 'model'),
    stream: body['stream'] === true,
    ...(system.length > 0 && { system: system.join('\n') }),
    turns: turns.list(),
    tools: listOf(body['tools'] ?? [], 'tools').map(readTool),
    ...(format !== undefined && { schema: readFormat(format) }),
    reasons: readThinking(body['thinking']),
    stop: listOf(body['stop_sequences'] ?? [], 'stop_sequences') as readonly string[],
    maxTokens: numberOf(body['max_tokens'], 'max_tokens'),
  };
}

/** https://docs.cohere.com/docs/structured-outputs */
function readFormat(format: unknown): JsonObject {
  const { type, json_schema: schema } = membersOf(format, ['type', 'json_schema'], 'response_format');
  expectEqual(type, 'json_object', 'the type of response_format');
  return schema as JsonObject;
}

/** https://docs.cohere.com/docs/reasoning */
function readThinking(thinking: unknown): boolean {
  if (thinking === undefined) return false;
  expectEqual(membersOf(thinking, ['type', 'token_budget'], 'thinking')['type'], 'enabled', 'the type of thinking');
  return true;
}

function readMessage(given: unknown, turns: Turns, system: string[]): void {
  const known = ['role', 'content', 'tool_calls', 'tool_plan', 'tool_call_id'];
  const { role, content, ...more } = membersOf(given, known, 'a message');
  const parts = (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])) as JsonObject[];
  const text = joinedTexts(parts);
  const image = parts.find(({ type }) => type === 'image_url')?.['image_url'] as JsonObject | undefined;
  switch (role) {
    case 'system':
      system.push(text);
      break;
    case 'user':
      turns.user(text, image && pictureOf(textOf(image['url'], 'url')));
      break;
    case 'tool':
      turns.resultById(more['tool_call_id'], text);
      break;
    default: {
      expectEqual(role, 'assistant', 'role');
      const calls = (listOf(more['tool_calls'] ?? [], 'tool_calls') as readonly JsonObject[]).map(readCall);
      // What is said before a call is its plan.
      turns.assistant(text + joinedTexts([more], 'tool_plan'), calls);
    }
  }
}

function readCall({ id, type, function: called }: JsonObject): { id: string; name: string; input: JsonObject } {
  expectEqual(type, 'function', 'the type of a call');
  const { name, arguments: input } = membersOf(called, ['name', 'arguments'], 'a call');
  return {
    id: textOf(id, 'id'),
    name: textOf(name, 'name'),
    input: parseObject(textOf(input, 'arguments'), 'arguments'),
  };
}

function readTool(given: unknown): ToolMeaning {
  const { type, function: definition } = membersOf(given, ['type', 'function'], 'a tool');
  expectEqual(type, 'function', 'the type of a tool');
  const { name, description, parameters } = membersOf(definition, ['name', 'description', 'parameters'], 'a function');
  return { name: textOf(name, 'name'), description: String(description), parameters: parameters as JsonObject };
}

function toCall({ name, input }: Answered['calls'][number], at: number): JsonObject {
  return { id: `${name}_m${at}`, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

function whole(answer: Answered): Reply {
  const { text, reasoning, calls } = answer;
  const content = [...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning }]), { type: 'text', text }];
  const message =
    calls.length === 0
      ? { role: 'assistant', content }
      : { role: 'assistant', ...(text !== '' && { tool_plan: text }), tool_calls: calls.map(toCall) };
  const body = { id: 'c1', finish_reason: finishOf(answer), message, usage: usageOf(answer) };
  return { contentType: 'application/json', body: JSON.stringify(body) };
}

function finishOf({ finish, stoppedBy }: Answered): string {
  if (stoppedBy !== null) return 'STOP_SEQUENCE';
  return { stop: 'COMPLETE', length: 'MAX_TOKENS', tool_calls: 'TOOL_CALL' }[finish];
}

function usageOf({ usage: { prompt, completion, cached } }: Answered): JsonObject {
  return {
    billed_units: { input_tokens: prompt - 5, output_tokens: completion },
    tokens: { input_tokens: prompt, output_tokens: completion },
    cached_tokens: cached,
  };
}

/** https://docs.cohere.com/docs/streaming */
function streamed(answer: Answered): Reply {
  const { text, reasoning, calls } = answer;
  const events: JsonObject[] = [{ type: 'message-start', id: 'c1', delta: { message: { role: 'assistant' } } }];
  let index = 0;
  const addContent = (type: 'text' | 'thinking', said: string): void => {
    if (said === '') return;
    const delta = (content: JsonObject): JsonObject => ({ delta: { message: { content } } });
    events.push({ type: 'content-start', index, ...delta({ type, [type]: '' }) });
    events.push(...pieces(said).map((piece) => ({ type: 'content-delta', index, ...delta({ [type]: piece }) })));
    events.push({ type: 'content-end', index });
    index += 1;
  };
  addContent('thinking', reasoning);
  if (calls.length === 0) addContent('text', text);
  else
    events.push(
      ...pieces(text).map((piece) => ({ type: 'tool-plan-delta', delta: { message: { tool_plan: piece } } })),
    );
  calls.forEach((call, at) => {
    const { function: called, ...rest } = toCall(call, at) as { function: JsonObject };
    const delta = (given: JsonObject): JsonObject => ({ index: at, delta: { message: { tool_calls: given } } });
    events.push({ type: 'tool-call-start', ...delta({ ...rest, function: { ...called, arguments: '' } }) });
    for (const piece of pieces(String(called['arguments'])))
      events.push({ type: 'tool-call-delta', ...delta({ function: { arguments: piece } }) });
    events.push({ type: 'tool-call-end', index: at });
  });
  events.push({ type: 'message-end', delta: { finish_reason: finishOf(answer), usage: usageOf(answer) } });
  return { contentType: 'text/event-stream', body: `${writeEvents(events, true)}data: [DONE]\n\n` };
}
