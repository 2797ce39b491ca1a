/** Texts of Google's generateContent; its members may be written in camelCase and in snake_case. */
// https://ai.google.dev/api/generate-content
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

export const geminiSurface: Surface = {
  readRequest: (body) =>
    reading((found) => {
      for (const name of spellings(body, 'systemInstruction')) addParts(found, [name], body[name], 'system');
      for (const [at, content] of objects(body['contents'])) {
        addParts(found, ['contents', at], content, content['role'] === 'model' ? 'assistant' : 'user');
      }
      if (isObject(body['contents'])) addParts(found, ['contents'], body['contents'], 'user');
      for (const [, tool] of objects(body['tools'])) {
        for (const name of spellings(tool, 'functionDeclarations'))
          for (const [, declared] of objects(tool[name])) found.tool(declared['name']);
      }
    }),
  readAnswer: (body) =>
    reading((found) => {
      for (const [at, candidate] of objects(body['candidates'])) {
        addParts(found, ['candidates', at, 'content'], candidate['content'], 'assistant', echoesOf(at, candidate));
      }
    }),
  readEvent,
};

/** Both spellings, where both are there: which one a reader takes is its own business. */
export function spellings(object: JsonObject, name: string): readonly string[] {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [name, snake].filter((spelling) => object[spelling] !== undefined);
}

function echoesOf(at: number, candidate: JsonObject): JsonPath[] {
  return ['logprobsResult', 'citationMetadata', 'groundingMetadata']
    .filter((name) => candidate[name])
    .map((name) => ['candidates', at, name]);
}

/** @param content with `parts`; a bare text is taken too where clients' libraries write one */
export function addParts(
  found: ReadingBuilder,
  path: JsonPath,
  content: unknown,
  role: TextRole,
  echoes: readonly JsonPath[] = [],
): void {
  found.text(path, content, role);
  if (!isObject(content)) return;
  const { parts } = content;
  const list = isObject(parts) ? [[undefined, parts] as const] : objects(parts);
  for (const [at, part] of list)
    addPart(found, [...path, 'parts', ...(at === undefined ? [] : [at])], part, role, echoes);
}

function addPart(
  found: ReadingBuilder,
  path: JsonPath,
  part: JsonObject,
  role: TextRole,
  echoes: readonly JsonPath[],
): void {
  found.text([...path, 'text'], part['text'], role, { echoes });
  for (const name of spellings(part, 'functionCall')) {
    const called = part[name];
    if (isObject(called)) found.call([...path, name, 'args'], called['name'], called['args'], role);
  }
  for (const name of spellings(part, 'functionResponse')) {
    const response = part[name];
    if (isObject(response)) found.value([...path, name, 'response'], response['response'], 'tool');
  }
  for (const [outer, inner] of [
    ['executableCode', 'code'],
    ['codeExecutionResult', 'output'],
  ] as const) {
    for (const name of spellings(part, outer)) {
      const value = part[name];
      if (isObject(value)) found.text([...path, name, inner], value[inner], role);
    }
  }
}

function readEvent(data: JsonObject): EventReading {
  const fragments: Fragment[] = [];
  const ends: string[] = [];
  for (const [at, candidate] of objects(data['candidates'])) {
    const channel = `${numberOf(candidate['index'], at)}/`;
    const { content } = candidate;
    for (const [place, part] of objects(isObject(content) ? content['parts'] : undefined)) {
      readPart(fragments, channel, ['candidates', at, 'content', 'parts', place], part, echoesOf(at, candidate));
    }
    if (candidate['finishReason']) ends.push(channel);
  }
  return { fragments, ends };
}

/** Texts go on from event to event; a call comes whole, and is a channel of its own. */
function readPart(
  fragments: Fragment[],
  channel: string,
  path: JsonPath,
  part: JsonObject,
  echoes: readonly JsonPath[],
): void {
  const found = reading((builder) => addPart(builder, path, part, 'assistant', echoes));
  const [call] = found.toolCalls;
  for (const place of found.texts) {
    const last = place.path.at(-1);
    const kind = last === 'text' ? (part['thought'] === true ? 'thought' : 'text') : String(last);
    fragments.push({
      ...place,
      channel: channel + kind,
      ...(last === 'args' && { tool: call?.name ?? '', isWhole: true }),
    });
  }
  if (call && found.texts.length === 0)
    fragments.push({
      channel: `${channel}args`,
      path: [...path, 'functionCall', 'args'],
      text: '',
      tool: call.name,
      isWhole: true,
    });
}
