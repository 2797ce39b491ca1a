/** Ollama as an upstream: single prompts, and conversations. */
// https://docs.ollama.com/api/generate , https://docs.ollama.com/api/chat
import { ollama } from '../../../providers/ollama/index.js';
import type { Answered, Asked, JsonObject, Picture, ToolMeaning } from '../meaning.js';
import type { Provider, Reply } from '../sides.js';
import { expectEqual, listOf, membersOf, parseObject, pieces, textOf } from '../strict-json.js';
import { Turns } from '../turns.js';

const settings = ['model', 'stream', 'format', 'think', 'options'];

export const ollamaUpstream: Provider = {
  name: 'ollama',
  title: 'Ollama',
  definition: ollama,
  credentials: {},
  model(feature) {
    if (feature === 'image') return 'llama3.2-vision';
    return feature === 'reasoning' ? 'qwen3:8b' : 'llama3.1:8b';
  },
  tells: { cached: false, reasoningTokens: false, stoppedBy: false },
  understand({ path, body }) {
    const isChat = path === '/api/chat';
    if (!isChat) expectEqual(path, '/api/generate', 'the path');
    return isChat ? understandChat(body) : understandPrompt(body);
  },
  answer: ({ path }, asked, answer) => reply(path === '/api/chat', asked, answer),
};

function understandPrompt(text: string): Asked {
  const body = membersOf(parseObject(text, 'the body'), [...settings, 'prompt', 'system', 'images'], 'the body');
  const turns = new Turns();
  turns.user(textOf(body['prompt'], 'prompt'), readPicture(body['images']));
  const { system } = body;
  return readSettings(body, turns, system === undefined ? [] : [textOf(system, 'system')], []);
}

function understandChat(text: string): Asked {
  const body = membersOf(parseObject(text, 'the body'), [...settings, 'messages', 'tools'], 'the body');
  const turns = new Turns();
  const system: string[] = [];
  for (const message of listOf(body['messages'], 'messages')) readMessage(message, turns, system);
  return readSettings(body, turns, system, listOf(body['tools'] ?? [], 'tools').map(readTool));
}

function readSettings(body: JsonObject, turns: Turns, system: readonly string[], tools: ToolMeaning[]): Asked {
  const options = membersOf(body['options'], ['num_predict', 'stop'], 'options');
  if (typeof body['stream'] !== 'boolean') throw new Error('Without `stream` Ollama streams.');
  return {
    model: textOf(body['model'], 'model'),
    stream: body['stream'],
    ...(system.length > 0 && { system: system.join('\n') }),
    turns: turns.list(),
    tools,
    ...(body['format'] !== undefined && { schema: body['format'] as JsonObject }),
    reasons: body['think'] === true,
    stop: listOf(options['stop'] ?? [], 'stop') as readonly string[],
    maxTokens: options['num_predict'] as number,
  };
}

function readMessage(given: unknown, turns: Turns, system: string[]): void {
  const known = ['role', 'content', 'images', 'tool_calls', 'tool_name', 'tool_call_id', 'thinking'];
  const message = membersOf(given, known, 'a message');
  const text = textOf(message['content'], 'content');
  switch (message['role']) {
    case 'system':
      system.push(text);
      break;
    case 'user':
      turns.user(text, readPicture(message['images']));
      break;
    case 'tool': {
      const { tool_call_id: id, tool_name: name } = message;
      expectEqual(name, turns.nameOf(id), 'tool_name');
      turns.resultById(id, text);
      break;
    }
    default:
      expectEqual(message['role'], 'assistant', 'role');
      turns.assistant(text, (listOf(message['tool_calls'] ?? [], 'tool_calls') as readonly JsonObject[]).map(readCall));
  }
}

/** Arguments are an object here. */
function readCall({ id, function: called }: JsonObject): { id: string; name: string; input: JsonObject } {
  const { name, arguments: input } = membersOf(called, ['name', 'arguments'], 'a call');
  if (typeof input !== 'object') throw new Error('The arguments of a call are no object.');
  return { id: textOf(id, 'id'), name: textOf(name, 'name'), input: input as JsonObject };
}

/** The bytes alone: what they are shows in themselves. */
function readPicture(images: unknown): Picture | undefined {
  if (images === undefined) return undefined;
  const base64 = textOf(listOf(images, 'images')[0], 'a picture');
  if (!base64.startsWith('iVBORw0KGgo')) throw new Error('The picture is no PNG.');
  return { mediaType: 'image/png', base64 };
}

function readTool(given: unknown): ToolMeaning {
  const { type, function: definition } = membersOf(given, ['type', 'function'], 'a tool');
  expectEqual(type, 'function', 'the type of a tool');
  const known = ['name', 'description', 'parameters', 'strict'];
  const { name, description, parameters } = membersOf(definition, known, 'a function');
  return { name: textOf(name, 'name'), description: String(description), parameters: parameters as JsonObject };
}

function reply(isChat: boolean, asked: Asked, answer: Answered): Reply {
  const { text, reasoning, calls, usage } = answer;
  const head = { model: asked.model, created_at: '2025-01-01T00:00:00.123456Z' };
  const said = (content: string, thinking = ''): JsonObject =>
    isChat
      ? { message: { role: 'assistant', content, ...(thinking !== '' && { thinking }) } }
      : { response: content, ...(thinking !== '' && { thinking }) };
  const called = calls.map(({ name, input }) => ({ function: { name, arguments: input } }));
  const end = {
    done: true,
    done_reason: answer.finish === 'length' ? 'length' : 'stop',
    total_duration: 4_883_583_458,
    prompt_eval_count: usage.prompt,
    eval_count: usage.completion,
  };
  if (!asked.stream) {
    const whole: JsonObject = said(text, reasoning);
    const message = { ...(whole['message'] as JsonObject), ...(called.length > 0 && { tool_calls: called }) };
    const body = { ...head, ...(isChat ? { message } : whole), ...end };
    return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
  }
  const lines = [
    ...pieces(reasoning).map((piece) => said('', piece)),
    ...pieces(text).map((piece) => said(piece)),
    ...called.map((call) => ({ message: { role: 'assistant', content: '', tool_calls: [call] } })),
  ].map((line) => ({ ...head, ...line, done: false }));
  const last = { ...head, ...said(''), ...end };
  return {
    contentType: 'application/x-ndjson',
    body: [...lines, last].map((line) => `${JSON.stringify(line)}\n`).join(''),
  };
}
