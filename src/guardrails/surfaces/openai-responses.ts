/** Texts of OpenAI's Responses API, whose streams say everything again where it ends. */
// https://platform.openai.com/docs/api-reference/responses-streaming
import type { TextRole } from '../guardrail.js';
import {
  isObject,
  nothingInEvent,
  objects,
  reading,
  type EventReading,
  type Fragment,
  type JsonObject,
  type JsonPath,
  type Reading,
  type ReadingBuilder,
  type Surface,
} from './surface.js';

const roles: Readonly<Record<string, TextRole>> = { system: 'system', developer: 'system', assistant: 'assistant' };

export const openAiResponsesSurface: Surface = {
  readRequest: (body) =>
    reading((found) => {
      found.text(['instructions'], body['instructions'], 'system');
      found.text(['input'], body['input'], 'user');
      for (const [at, item] of objects(body['input'])) addItem(found, ['input', at], item, 'user');
      if (isObject(body['prompt']) && isObject(body['prompt']['variables'])) {
        for (const [name, value] of Object.entries(body['prompt']['variables'])) {
          found.text(['prompt', 'variables', name], value, 'user');
          if (isObject(value)) found.text(['prompt', 'variables', name, 'text'], value['text'], 'user');
        }
      }
      for (const [, tool] of objects(body['tools'])) found.tool(tool['name'] ?? tool['type']);
    }),
  readAnswer: ({ output }) => outputOf(output),
  readEvent,
  keepsOrder: true,
};

function outputOf(output: unknown): Reading {
  return reading((found) => {
    for (const [at, item] of objects(output)) addItem(found, ['output', at], item, 'assistant');
  });
}

/** Types whose text is in a member of their own. */
const ownMembers: Readonly<Record<string, readonly [member: string, isJson: boolean]>> = {
  function_call: ['arguments', true],
  mcp_call: ['arguments', true],
  custom_tool_call: ['input', false],
  code_interpreter_call: ['code', false],
};

function addItem(found: ReadingBuilder, path: JsonPath, item: JsonObject, byDefault: TextRole): void {
  const type = typeof item['type'] === 'string' ? item['type'] : 'message';
  const role = type === 'message' ? (roles[String(item['role'])] ?? byDefault) : 'assistant';
  for (const list of ['content', 'summary']) addParts(found, [...path, list], item[list], role);
  const own = ownMembers[type];
  if (own) found.call([...path, own[0]], item['name'] ?? type, item[own[0]], 'assistant', { isJson: own[1] });
  const { output } = item;
  if (Array.isArray(output)) found.content([...path, 'output'], output, 'tool');
  else found.value([...path, 'output'], output, 'tool');
}

/** Texts of parts, with what repeats them: the probabilities of their tokens, what they quote. */
function addParts(found: ReadingBuilder, path: JsonPath, parts: unknown, role: TextRole): void {
  found.text(path, parts, role);
  for (const [at, part] of objects(parts)) {
    const echoes = Array.isArray(part['logprobs']) && part['logprobs'].length > 0 ? [[...path, at, 'logprobs']] : [];
    for (const member of ['text', 'refusal']) found.text([...path, at, member], part[member], role, { echoes });
  }
}

/** Events with a piece of a text, and the kind of its channel. Their last word says all of it in `whole`. */
const pieces: Readonly<Record<string, { readonly kind: string; readonly part?: string; readonly whole: string }>> = {
  'response.output_text': { kind: 'text', part: 'content_index', whole: 'text' },
  'response.refusal': { kind: 'refusal', part: 'content_index', whole: 'refusal' },
  'response.reasoning_text': { kind: 'text', part: 'content_index', whole: 'text' },
  'response.reasoning_summary_text': { kind: 'summary', part: 'summary_index', whole: 'text' },
  'response.function_call_arguments': { kind: 'arguments', whole: 'arguments' },
  'response.mcp_call_arguments': { kind: 'arguments', whole: 'arguments' },
  'response.custom_tool_call_input': { kind: 'input', whole: 'input' },
  'response.code_interpreter_call_code': { kind: 'code', whole: 'code' },
};

function readEvent(data: JsonObject): EventReading {
  const type = String(data['type']);
  const dot = type.lastIndexOf('.');
  const piece = pieces[type.slice(0, dot)];
  if (piece) return readPiece(data, type.slice(dot + 1), piece);
  const item = `${String(data['output_index'])}/`;
  if (type === 'response.output_item.added') return readStart(data, item);
  if (type === 'response.output_item.done' && isObject(data['item'])) {
    const found = reading((builder) => addItem(builder, ['item'], data['item'] as JsonObject, 'assistant'));
    return { fragments: wholes(found, item, ['item']), ends: [item] };
  }
  if (type === 'response.content_part.done' || type === 'response.reasoning_summary_part.done')
    return readPart(data, item);
  const { response } = data;
  if (isObject(response)) {
    const fragments = objects(response['output']).flatMap(([at, each]) => {
      const path = ['response', 'output', at];
      return wholes(
        reading((builder) => addItem(builder, path, each, 'assistant')),
        `${at}/`,
        path,
      );
    });
    return { fragments, ends: fragments.length > 0 ? [''] : [] };
  }
  return nothingInEvent;
}

function readPiece(
  data: JsonObject,
  word: string,
  { kind, part, whole }: (typeof pieces)[string] & object,
): EventReading {
  const place = part === undefined ? '' : `${String(data[part])}/`;
  const channel = `${String(data['output_index'])}/${place}${kind}`;
  const member = word === 'done' ? whole : 'delta';
  const text = data[member];
  if (typeof text !== 'string' || (word !== 'done' && text === '')) return nothingInEvent;
  const { logprobs } = data;
  const echoes = Array.isArray(logprobs) && logprobs.length > 0 ? [['logprobs']] : [];
  const isJson = kind === 'arguments';
  const fragment = { channel, path: [member], text, isJson, echoes };
  return word === 'done'
    ? { fragments: [{ ...fragment, isWhole: true }], ends: [channel] }
    : { fragments: [fragment], ends: [] };
}

/** A call is known by its name before its arguments come. */
function readStart({ item }: JsonObject, channel: string): EventReading {
  if (!isObject(item)) return nothingInEvent;
  const [member, isJson] = ownMembers[String(item['type'])] ?? [];
  if (member === undefined) return nothingInEvent;
  const tool = String(item['name'] ?? item['type']);
  const text = typeof item[member] === 'string' ? item[member] : '';
  return {
    fragments: [{ channel: channel + member, path: ['item', member], text, tool, isJson: isJson === true }],
    ends: [],
  };
}

function readPart(data: JsonObject, item: string): EventReading {
  const { part, content_index: content, summary_index: summary } = data;
  if (!isObject(part)) return nothingInEvent;
  const [at, kind] = summary === undefined ? [content, undefined] : [summary, 'summary'];
  const fragments = ['text', 'refusal'].flatMap((member): Fragment[] => {
    const text = part[member];
    const channel = `${item}${String(at)}/${kind ?? member}`;
    return typeof text === 'string' ? [{ channel, path: ['part', member], text, isWhole: true }] : [];
  });
  return { fragments, ends: [`${item}${String(at)}/`] };
}

/** What an item says at its end, by the channels in which it has come. */
function wholes({ texts, toolCalls }: Reading, item: string, { length }: JsonPath): Fragment[] {
  const [call] = toolCalls;
  return texts.map((place) => {
    const [list, at, member] = place.path.slice(length);
    const isPart = typeof at === 'number';
    const kind = list === 'summary' ? 'summary' : String(member ?? list);
    return {
      ...place,
      channel: isPart ? `${item}${at}/${kind}` : `${item}${String(list)}`,
      isWhole: true,
      ...(!isPart && call && { tool: call.name }),
    };
  });
}
