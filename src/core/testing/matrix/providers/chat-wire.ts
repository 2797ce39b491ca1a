/** OpenAI's chat completions as those who serve them understand and answer them. */
// https://platform.openai.com/docs/api-reference/chat
import type { Answered, Asked, CallMeaning, JsonObject, Picture, ToolMeaning } from '../meaning.js';
import type { Reply } from '../sides.js';
import { expectEqual, listOf, membersOf, parseObject, pieces, textOf, writeEvents } from '../strict-json.js';
import { Turns } from '../turns.js';

/** Where the servers differ. */
export interface ChatServer {
  /** The members of a request that are documented. */
  readonly members: readonly string[];
  /** Ids of calls that it takes. */
  readonly callId: RegExp;
  /** Ids that it gives. */
  newCallId(position: number): string;
  reasons(body: JsonObject): boolean;
  /** `content` of an answer that has reasoning. */
  content?(answer: Answered): unknown;
  /** `content` of the deltas of such a stream. */
  deltas?(answer: Answered): readonly unknown[];
  /** True where the counts stand in the last chunk without being asked for. */
  readonly alwaysCounts: boolean;
  /** True where the counts say how much of them was cached and how much reasoning. */
  readonly countsDetails: boolean;
}

export function understandChat(text: string, server: ChatServer): Asked {
  const body = membersOf(parseObject(text, 'the body'), server.members, 'the body');
  const turns = new Turns();
  const system: string[] = [];
  listOf(body['messages'], 'messages').forEach((message, at) => {
    readMessage(message, `messages[${at}]`, turns, system, server);
  });
  const format = body['response_format'] as JsonObject | undefined;
  return {
    model: textOf(body['model'], 'model'),
    stream: body['stream'] === true,
    ...(system.length > 0 && { system: system.join('\n') }),
    turns: turns.list(),
    tools: listOf(body['tools'] ?? [], 'tools').map(readTool),
    ...(format && { schema: readFormat(format) }),
    reasons: server.reasons(body),
    stop: [body['stop'] ?? []].flat() as string[],
    maxTokens: (body['max_completion_tokens'] ?? body['max_tokens']) as number,
  };
}

function readMessage(given: unknown, where: string, turns: Turns, system: string[], server: ChatServer): void {
  const message = membersOf(
    given,
    ['role', 'content', 'tool_calls', 'tool_call_id', 'name', 'refusal', 'annotations'],
    where,
  );
  const { text, picture } = readContent(message['content'], where);
  switch (message['role']) {
    case 'system':
    case 'developer':
      system.push(text);
      break;
    case 'user':
      turns.user(text, picture);
      break;
    case 'assistant':
      turns.assistant(
        text,
        listOf(message['tool_calls'] ?? [], 'tool_calls').map((call) => readCall(call, where, server)),
      );
      break;
    case 'tool':
      turns.resultById(message['tool_call_id'], text);
      break;
    default:
      throw new Error(`${where} has the role ${String(message['role'])}`);
  }
}

function readCall(given: unknown, where: string, server: ChatServer): CallMeaning & { id: string } {
  const { id, type, function: called } = membersOf(given, ['id', 'type', 'function', 'index'], where);
  expectEqual(type, 'function', 'the type of a call');
  if (!server.callId.test(textOf(id, 'the id of a call'))) throw new Error(`The id ${String(id)} is not taken.`);
  const { name, arguments: text } = membersOf(called, ['name', 'arguments'], where);
  return { id: id as string, name: textOf(name, 'name'), input: parseObject(textOf(text, 'arguments'), 'arguments') };
}

function readContent(content: unknown, where: string): { text: string; picture?: Picture } {
  if (content === null || content === undefined) return { text: '' };
  if (typeof content === 'string') return { text: content };
  let text = '';
  let picture: Picture | undefined;
  for (const given of listOf(content, where)) {
    const part = membersOf(given, ['type', 'text', 'image_url'], where);
    if (part['type'] === 'text') text += textOf(part['text'], where);
    else {
      expectEqual(part['type'], 'image_url', 'the type of a part');
      picture = pictureOf(textOf((part['image_url'] as JsonObject)['url'], 'the address of a picture'));
    }
  }
  return { text, ...(picture && { picture }) };
}

export function pictureOf(url: string): Picture {
  const [, mediaType, base64] = /^data:([^;]+);base64,(.+)$/.exec(url) ?? [];
  if (mediaType === undefined || base64 === undefined) throw new Error(`No picture: ${url}`);
  return { mediaType, base64 };
}

function readTool(given: unknown): ToolMeaning {
  const { type, function: definition } = membersOf(given, ['type', 'function'], 'a tool');
  expectEqual(type, 'function', 'the type of a tool');
  const { name, description, parameters } = membersOf(
    definition,
    ['name', 'description', 'parameters', 'strict'],
    'a function',
  );
  return {
    name: textOf(name, 'name'),
    description: textOf(description, 'description'),
    parameters: parameters as JsonObject,
  };
}

function readFormat(format: JsonObject): JsonObject {
  expectEqual(format['type'], 'json_schema', 'the type of response_format');
  const { name, schema } = membersOf(format['json_schema'], ['name', 'schema', 'strict', 'description'], 'json_schema');
  textOf(name, 'the name of the schema');
  return schema as JsonObject;
}

const frame = { created: 1_735_689_600 };

export function answerChat(body: JsonObject, asked: Asked, answer: Answered, server: ChatServer): Reply {
  const frameOf = (object: string) => ({ id: 'chatcmpl-m1', object, ...frame, model: asked.model });
  const usage = usageOf(answer, server);
  if (!asked.stream) {
    const message = {
      role: 'assistant',
      content: contentOf(answer, server),
      refusal: null,
      ...callsOf(answer, server),
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: answer.finish }];
    return {
      contentType: 'application/json',
      body: JSON.stringify({ ...frameOf('chat.completion'), choices, usage }),
    };
  }
  const includesUsage = (body['stream_options'] as JsonObject | undefined)?.['include_usage'] === true;
  const chunk = (delta: JsonObject, finish: string | null = null, more: JsonObject = {}): JsonObject => ({
    ...frameOf('chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...more,
  });
  const contents = server.deltas?.(answer) ?? pieces(answer.text);
  const last = server.alwaysCounts ? { usage } : {};
  return {
    contentType: 'text/event-stream; charset=utf-8',
    body: writeEvents([
      chunk({ role: 'assistant', content: '' }),
      ...contents.map((content) => chunk({ content })),
      ...answer.calls.flatMap((call, index) => callDeltas(call, index, server).map((part) => chunk(part))),
      chunk({}, answer.finish, last),
      ...(includesUsage ? [{ ...frameOf('chat.completion.chunk'), choices: [], usage }] : []),
      '[DONE]',
    ]),
  };
}

function contentOf(answer: Answered, server: ChatServer): unknown {
  return server.content?.(answer) ?? (answer.text === '' && answer.calls.length > 0 ? null : answer.text);
}

function callsOf({ calls }: Answered, server: ChatServer): JsonObject {
  if (calls.length === 0) return {};
  return {
    tool_calls: calls.map(({ name, input }, index) => ({
      id: server.newCallId(index),
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    })),
  };
}

function callDeltas({ name, input }: CallMeaning, index: number, server: ChatServer): readonly JsonObject[] {
  const begun = { index, id: server.newCallId(index), type: 'function', function: { name, arguments: '' } };
  const rest = pieces(JSON.stringify(input)).map((text) => ({ index, function: { arguments: text } }));
  return [begun, ...rest].map((call) => ({ tool_calls: [call] }));
}

function usageOf({ usage: { prompt, completion, cached, reasoning } }: Answered, server: ChatServer): JsonObject {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(server.countsDetails && {
      prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
    }),
  };
}
