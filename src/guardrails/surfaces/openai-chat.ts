/** Texts of OpenAI's chat completions. */
// https://platform.openai.com/docs/api-reference/chat
import type { TextRole } from '../guardrail.js';
import {
  isObject,
  numberOf,
  objects,
  reading,
  type EventReading,
  type Fragment,
  type JsonObject,
  type JsonPath,
  type ReadingBuilder,
  type Surface,
} from './surface.js';

const roles: Readonly<Record<string, TextRole>> = {
  system: 'system',
  developer: 'system',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Members of a message, and of a delta, that are plain texts beside its content. */
const spoken = ['refusal', 'reasoning_content', 'reasoning'] as const;

export const openAiChatSurface: Surface = {
  readRequest: (body) =>
    reading((found) => {
      for (const [at, message] of objects(body['messages'])) {
        addMessage(found, ['messages', at], message, roles[String(message['role'])] ?? 'user');
      }
      const { prediction } = body as { prediction?: unknown };
      if (isObject(prediction)) found.content(['prediction', 'content'], prediction['content'], 'assistant');
      for (const [, tool] of objects(body['tools'])) found.tool(named(tool)?.['name']);
      for (const [, declared] of objects(body['functions'])) found.tool(declared['name']);
    }),
  readAnswer: (body) =>
    reading((found) => {
      for (const [at, choice] of objects(body['choices'])) {
        const message = choice['message'];
        const echoes = choice['logprobs'] ? [['choices', at, 'logprobs']] : [];
        if (isObject(message)) addMessage(found, ['choices', at, 'message'], message, 'assistant', echoes);
      }
    }),
  readEvent: readChunk,
};

function addMessage(
  found: ReadingBuilder,
  path: JsonPath,
  message: JsonObject,
  role: TextRole,
  echoes: readonly JsonPath[] = [],
): void {
  const { content } = message;
  if (typeof content === 'string') found.text([...path, 'content'], content, role, { echoes });
  else found.content([...path, 'content'], content, role);
  for (const member of spoken) found.text([...path, member], message[member], role, { echoes });
  const { audio, function_call: called } = message as { audio?: unknown; function_call?: unknown };
  if (isObject(audio)) found.text([...path, 'audio', 'transcript'], audio['transcript'], role);
  if (isObject(called)) found.call([...path, 'function_call', 'arguments'], called['name'], called['arguments'], role);
  for (const [at, call] of objects(message['tool_calls'])) {
    const [kind, member] = isObject(call['custom'])
      ? (['custom', 'input'] as const)
      : (['function', 'arguments'] as const);
    const made = call[kind];
    if (isObject(made)) found.call([...path, 'tool_calls', at, kind, member], made['name'], made[member], role);
  }
}

/** OpenAI's two kinds of tools. */
function named(tool: JsonObject): JsonObject | undefined {
  const declared = tool['function'] ?? tool['custom'];
  return isObject(declared) ? declared : undefined;
}

function readChunk(data: JsonObject): EventReading {
  const fragments: Fragment[] = [];
  const ends: string[] = [];
  for (const [at, choice] of objects(data['choices'])) {
    const index = numberOf(choice['index'], at);
    if (isObject(choice['delta'])) readDelta(fragments, `${index}/`, ['choices', at], choice, choice['delta']);
    if (typeof choice['finish_reason'] === 'string') ends.push(`${index}/`);
  }
  return { fragments, ends };
}

function readDelta(
  fragments: Fragment[],
  channel: string,
  path: JsonPath,
  choice: JsonObject,
  delta: JsonObject,
): void {
  const echoes = choice['logprobs'] ? [[...path, 'logprobs']] : [];
  for (const member of ['content', ...spoken]) {
    const text = delta[member];
    if (typeof text === 'string' && text !== '')
      fragments.push({ channel: channel + member, path: [...path, 'delta', member], text, echoes });
  }
  const calls = objects(delta['tool_calls']).map(
    ([at, call]) => [['tool_calls', at], call, numberOf(call['index'], at)] as const,
  );
  for (const [where, call, number] of calls) {
    const [kind, member] = isObject(call['custom'])
      ? (['custom', 'input'] as const)
      : (['function', 'arguments'] as const);
    addCall(fragments, `${channel}call/${number}`, [...path, 'delta', ...where, kind], call[kind], member);
  }
  addCall(fragments, `${channel}function`, [...path, 'delta', 'function_call'], delta['function_call'], 'arguments');
}

function addCall(fragments: Fragment[], channel: string, path: JsonPath, called: unknown, member: string): void {
  if (!isObject(called)) return;
  const { name } = called;
  const text = typeof called[member] === 'string' ? called[member] : '';
  const tool = typeof name === 'string' && name !== '' ? { tool: name } : {};
  if (text !== '' || 'tool' in tool) fragments.push({ channel, path: [...path, member], text, isJson: true, ...tool });
}
