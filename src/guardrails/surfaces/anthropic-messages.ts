/** Texts of Anthropic's messages. */
// https://platform.claude.com/docs/en/api/messages
import type { TextRole } from '../guardrail.js';
import {
  entries,
  isObject,
  nothingInEvent,
  objects,
  reading,
  type EventReading,
  type JsonObject,
  type JsonPath,
  type ReadingBuilder,
  type Surface,
} from './surface.js';

export const anthropicMessagesSurface: Surface = {
  readRequest: (body) =>
    reading((found) => {
      addContent(found, ['system'], body['system'], 'system');
      for (const [at, { role, content }] of objects(body['messages'])) {
        addContent(
          found,
          ['messages', at, 'content'],
          content,
          role === 'assistant' ? 'assistant' : role === 'system' ? 'system' : 'user',
        );
      }
      for (const [, tool] of objects(body['tools'])) found.tool(tool['name']);
    }),
  readAnswer: ({ content }) => reading((found) => addContent(found, ['content'], content, 'assistant')),
  readEvent,
  keepsOrder: true,
};

function addContent(found: ReadingBuilder, path: JsonPath, content: unknown, role: TextRole): void {
  found.text(path, content, role);
  for (const [at, block] of entries(content)) {
    if (isObject(block)) addBlock(found, [...path, at], block, role);
  }
}

function addBlock(found: ReadingBuilder, path: JsonPath, block: JsonObject, role: TextRole): void {
  const type = String(block['type']);
  if (type === 'text') found.text([...path, 'text'], block['text'], role, citationsOf(path, block));
  else if (type === 'thinking') found.text([...path, 'thinking'], block['thinking'], role);
  else if (type.endsWith('tool_use')) found.call([...path, 'input'], block['name'], block['input'], role);
  else if (type === 'document') addDocument(found, path, block, role);
  else if (type === 'search_result' || type.endsWith('tool_result')) {
    found.text([...path, 'title'], block['title'], 'tool');
    if (isObject(block['content'])) found.value([...path, 'content'], block['content'], 'tool');
    else addContent(found, [...path, 'content'], block['content'], 'tool');
  }
}

/** What an answer quotes of the text. */
function citationsOf(path: JsonPath, { citations }: JsonObject): { readonly echoes?: readonly JsonPath[] } {
  return citations ? { echoes: [[...path, 'citations']] } : {};
}

function addDocument(found: ReadingBuilder, path: JsonPath, block: JsonObject, role: TextRole): void {
  found.text([...path, 'title'], block['title'], role);
  found.text([...path, 'context'], block['context'], role);
  const { source } = block;
  if (!isObject(source)) return;
  if (source['type'] === 'text') found.text([...path, 'source', 'data'], source['data'], role);
  if (source['type'] === 'content') addContent(found, [...path, 'source', 'content'], source['content'], role);
}

/** The member of each delta that is more of its block's text. */
const deltas: Readonly<Record<string, readonly [member: string, isJson: boolean]>> = {
  text_delta: ['text', false],
  thinking_delta: ['thinking', false],
  input_json_delta: ['partial_json', true],
};

function readEvent(data: JsonObject): EventReading {
  const channel = `${String(data['index'])}/`;
  const { type } = data;
  if (type === 'content_block_stop') return { fragments: [], ends: [channel] };
  if (type === 'content_block_delta' && isObject(data['delta'])) {
    const { delta } = data as { delta: JsonObject };
    const [member, isJson] = deltas[String(delta['type'])] ?? ['', false];
    const text = delta[member];
    if (typeof text !== 'string' || text === '') return nothingInEvent;
    return { fragments: [{ channel: channel + member, path: ['delta', member], text, isJson }], ends: [] };
  }
  if (type === 'content_block_start' && isObject(data['content_block']))
    return readStart(channel, data['content_block']);
  return nothingInEvent;
}

function readStart(channel: string, block: JsonObject): EventReading {
  const type = String(block['type']);
  if (type.endsWith('tool_use')) {
    // Arguments come in deltas; a block that has them at once is whole.
    const isEmpty = !isObject(block['input']) || Object.keys(block['input']).length === 0;
    const tool = String(block['name']);
    const path = ['content_block', 'input'];
    const text = isEmpty ? '' : JSON.stringify(block['input']);
    const suffix = isEmpty ? 'partial_json' : 'input';
    return { fragments: [{ channel: channel + suffix, path, text, isJson: true, isValue: true, tool }], ends: [] };
  }
  if (type.endsWith('tool_result')) {
    const text = JSON.stringify(block['content']);
    return {
      fragments: [
        { channel: `${channel}result`, path: ['content_block', 'content'], text, isJson: true, isValue: true },
      ],
      ends: [`${channel}result`],
    };
  }
  const member = type === 'thinking' ? 'thinking' : 'text';
  const text = block[member];
  if (typeof text !== 'string' || text === '') return nothingInEvent;
  return { fragments: [{ channel: channel + member, path: ['content_block', member], text }], ends: [] };
}
