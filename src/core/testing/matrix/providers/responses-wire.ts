/** OpenAI's Responses API as OpenAI understands and answers it. */
// https://platform.openai.com/docs/api-reference/responses
import type { Answered, Asked, JsonObject, ToolMeaning } from '../meaning.js';
import type { Reply } from '../sides.js';
import {
  expectEqual,
  joinedTexts,
  listOf,
  membersOf,
  parseObject,
  pieces,
  textOf,
  writeEvents,
} from '../strict-json.js';
import { Turns } from '../turns.js';
import { pictureOf } from './chat-wire.js';

const members = [
  ...['model', 'input', 'instructions', 'stream', 'store', 'max_output_tokens', 'tools', 'text', 'reasoning'],
];

/** OpenAI refuses members that it does not know. */
export function refuseUnknown(body: JsonObject): Reply | undefined {
  const unknown = Object.keys(body).find((name) => !members.includes(name));
  if (unknown === undefined) return undefined;
  const message = `Unknown parameter: '${unknown}'.`;
  const error = { message, type: 'invalid_request_error', param: unknown, code: 'unknown_parameter' };
  return { status: 400, contentType: 'application/json', body: JSON.stringify({ error }) };
}

export function understandResponses(text: string): Asked {
  const body = membersOf(parseObject(text, 'the body'), members, 'the body');
  const turns = new Turns();
  for (const item of listOf(body['input'], 'input')) readItem(item as JsonObject, turns);
  const format = (body['text'] as JsonObject | undefined)?.['format'] as JsonObject | undefined;
  const { effort } = (body['reasoning'] ?? {}) as JsonObject;
  return {
    model: textOf(body['model'], 'model'),
    stream: body['stream'] === true,
    ...(body['instructions'] !== undefined && { system: textOf(body['instructions'], 'instructions') }),
    turns: turns.list(),
    tools: listOf(body['tools'] ?? [], 'tools').map(readTool),
    ...(format && { schema: readFormat(format) }),
    reasons: effort !== undefined,
    stop: [],
    maxTokens: body['max_output_tokens'] as number,
  };
}

function readItem(item: JsonObject, turns: Turns): void {
  const { type = 'message', role } = item;
  if (type === 'function_call_output')
    return turns.resultById(item['call_id'], textOf(item['output'], 'the output of a call'));
  if (type === 'function_call') {
    const { call_id: id, name, arguments: input } = item;
    if (textOf(id, 'call_id').length > 64) throw new Error(`The call_id ${String(id)} is too long.`);
    const call = {
      id: textOf(id, 'call_id'),
      name: textOf(name, 'name'),
      input: parseObject(String(input), 'arguments'),
    };
    return turns.assistant('', [call]);
  }
  expectEqual(type, 'message', 'the type of an item');
  const parts: readonly JsonObject[] =
    typeof item['content'] === 'string'
      ? [{ type: 'input_text', text: item['content'] }]
      : (listOf(item['content'], 'content') as readonly JsonObject[]);
  const text = joinedTexts(parts);
  if (role === 'assistant') return turns.assistant(text, []);
  expectEqual(role, 'user', 'role');
  const image = parts.find((part) => part['type'] === 'input_image');
  turns.user(text, image && pictureOf(textOf(image['image_url'], 'image_url')));
}

function readTool(given: unknown): ToolMeaning {
  const known = ['type', 'name', 'description', 'parameters', 'strict'];
  const { type, name, description, parameters } = membersOf(given, known, 'a tool');
  expectEqual(type, 'function', 'the type of a tool');
  return { name: textOf(name, 'name'), description: String(description), parameters: parameters as JsonObject };
}

function readFormat(format: JsonObject): JsonObject {
  const { type, name, schema } = membersOf(format, ['type', 'name', 'schema', 'strict'], 'text.format');
  expectEqual(type, 'json_schema', 'the type of text.format');
  textOf(name, 'the name of the schema');
  return schema as JsonObject;
}

export function answerResponses(asked: Asked, answer: Answered): Reply {
  const items = itemsOf(answer);
  const response = (status: string, output: readonly JsonObject[], usage: JsonObject | null): JsonObject => ({
    id: 'resp_m1',
    object: 'response',
    created_at: 1_735_689_600,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    model: asked.model,
    output,
    usage,
  });
  const end = answer.finish === 'length' ? 'incomplete' : 'completed';
  const whole = response(end, items, usageOf(answer));
  if (!asked.stream) return { contentType: 'application/json', body: JSON.stringify(whole) };
  const events = [
    { type: 'response.created', response: response('in_progress', [], null) },
    { type: 'response.in_progress', response: response('in_progress', [], null) },
    ...items.flatMap(eventsOf),
    { type: `response.${end}`, response: whole },
  ];
  return {
    contentType: 'text/event-stream; charset=utf-8',
    body: writeEvents(
      events.map((event, sequence_number) => ({ ...event, sequence_number })),
      true,
    ),
  };
}

function itemsOf({ text, reasoning, calls }: Answered): readonly JsonObject[] {
  return [
    ...(reasoning === ''
      ? []
      : [{ type: 'reasoning', id: 'rs_m1', summary: [{ type: 'summary_text', text: reasoning }] }]),
    ...(text === ''
      ? []
      : [
          {
            type: 'message',
            id: 'msg_m1',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
          },
        ]),
    ...calls.map(({ name, input }, at) => ({
      type: 'function_call',
      id: `fc_m${at}`,
      call_id: `call_m${at}`,
      name,
      arguments: JSON.stringify(input),
      status: 'completed',
    })),
  ];
}

function eventsOf(item: JsonObject, index: number): readonly JsonObject[] {
  const place = { item_id: item['id'], output_index: index };
  const { empty, deltas } = partsOf(item, place);
  return [
    { type: 'response.output_item.added', output_index: index, item: empty },
    ...deltas,
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function partsOf(item: JsonObject, place: JsonObject): { empty: JsonObject; deltas: readonly JsonObject[] } {
  if (item['type'] === 'function_call') {
    const text = textOf(item['arguments'], 'arguments');
    const type = 'response.function_call_arguments';
    return {
      empty: { ...item, arguments: '', status: 'in_progress' },
      deltas: [
        ...pieces(text).map((delta) => ({ type: `${type}.delta`, ...place, delta })),
        { type: `${type}.done`, ...place, arguments: text },
      ],
    };
  }
  const isMessage = item['type'] === 'message';
  const [part] = (isMessage ? item['content'] : item['summary']) as readonly JsonObject[];
  const text = textOf(part?.['text'], 'text');
  const at = isMessage ? { content_index: 0 } : { summary_index: 0 };
  const [holder, said] = isMessage
    ? ['content_part', 'output_text']
    : ['reasoning_summary_part', 'reasoning_summary_text'];
  return {
    empty: { ...item, ...(isMessage ? { content: [], status: 'in_progress' } : { summary: [] }) },
    deltas: [
      { type: `response.${holder}.added`, ...place, ...at, part: { ...part, text: '' } },
      ...pieces(text).map((delta) => ({ type: `response.${said}.delta`, ...place, ...at, delta })),
      { type: `response.${said}.done`, ...place, ...at, text },
      { type: `response.${holder}.done`, ...place, ...at, part },
    ],
  };
}

function usageOf({ usage: { prompt, completion, cached, reasoning } }: Answered): JsonObject {
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: completion,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: prompt + completion,
  };
}
