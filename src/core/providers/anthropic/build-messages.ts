/** OpenAI's messages as Anthropic's system prompt and its alternating turns. */
import type {
  AnthropicBlock,
  AnthropicText,
  AnthropicToolResult,
  AnthropicToolUse,
  AnthropicTurn,
} from '../../schema/anthropic/messages.js';
import type { ChatMessage, ThinkingBlock, ToolCall } from '../../schema/openai/chat.js';
import { parseToolArguments } from '../../schema/openai/tool-arguments.js';
import { buildBlocks } from './build-blocks.js';
import { refuse } from './refuse.js';
import { toolNames } from './tool-names.js';

/** Stands for a user turn without content, which Anthropic refuses. */
const emptyTurn: AnthropicText = { type: 'text', text: '(empty message)' };

export interface BuiltMessages {
  readonly system: AnthropicText[];
  readonly turns: AnthropicTurn[];
}

/** System and developer messages go to the system prompt from wherever they stand; neighbours of one role become one turn. */
export function buildMessages(messages: readonly ChatMessage[], betas: Set<string>, mayModify: boolean): BuiltMessages {
  const system: AnthropicText[] = [];
  const turns: AnthropicTurn[] = [];
  const add = (role: AnthropicTurn['role'], blocks: AnthropicBlock[]): void => {
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: blocks });
  };
  let legacyCallId = 'call';
  for (const [index, message] of messages.entries()) {
    const param = `messages[${index}]`;
    switch (message?.role) {
      case 'system':
      case 'developer':
        for (const block of cached(message, buildBlocks(message.content, param, betas))) {
          if (block.type !== 'text') return refuse(param, 'a system message holds text only');
          system.push(block);
        }
        break;
      case 'user':
        add('user', cached(message, buildBlocks(message.content, param, betas)));
        break;
      case 'assistant': {
        if (message.function_call) legacyCallId = `call_${index}`;
        const blocks = cached(message, assistantBlocks(message, legacyCallId, param, betas));
        if (blocks.length > 0) add('assistant', blocks);
        break;
      }
      case 'tool':
      case 'function': {
        const id = message.role === 'tool' ? message.tool_call_id : legacyCallId;
        if (typeof id !== 'string') return refuse(param, 'a tool message needs a tool_call_id');
        add('user', cached(message, [toolResult(id, buildBlocks(message.content, param, betas))]));
        break;
      }
      default:
        return refuse(param, 'the role is not one of system, developer, user, assistant, tool');
    }
  }
  return { system, turns: repairTurns(turns, mayModify) };
}

/** A marker on the message belongs to its last block. */
function cached(message: ChatMessage, blocks: AnthropicBlock[]): AnthropicBlock[] {
  const last = blocks.at(-1);
  if (message.cache_control && last)
    blocks[blocks.length - 1] = { ...last, cache_control: message.cache_control } as AnthropicBlock;
  return blocks;
}

/** Reasoning comes first and unchanged, as its signature demands; what has no signature cannot travel back. */
function assistantBlocks(
  message: ChatMessage,
  legacyCallId: string,
  param: string,
  betas: Set<string>,
): AnthropicBlock[] {
  const thinking = Array.isArray(message.thinking_blocks) ? (message.thinking_blocks as readonly ThinkingBlock[]) : [];
  const blocks: AnthropicBlock[] = thinking.filter((block) => block.type === 'redacted_thinking' || block.signature);
  blocks.push(...buildBlocks(message.content, param, betas));
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as readonly ToolCall[]) : [];
  for (const call of calls) blocks.push(toolUse(call?.id, call?.function, param));
  if (message.function_call) blocks.push(toolUse(legacyCallId, message.function_call, param));
  return blocks;
}

function toolUse(id: unknown, called: ToolCall['function'] | undefined, param: string): AnthropicToolUse {
  if (typeof id !== 'string' || typeof called?.name !== 'string')
    return refuse(param, 'a tool call needs an id and a function');
  return {
    type: 'tool_use',
    id: toWireId(id),
    name: toolNames.toWire(called.name),
    input: parseToolArguments(called.arguments) ?? refuse(param, 'the arguments of a tool call are not a JSON object'),
  };
}

function toolResult(id: string, content: AnthropicBlock[]): AnthropicToolResult {
  const only = content.length === 1 ? content[0] : undefined;
  const text = only?.type === 'text' && !only.cache_control ? only.text : undefined;
  return { type: 'tool_result', tool_use_id: toWireId(id), ...(content.length > 0 && { content: text ?? content }) };
}

/** Anthropic takes ids of these characters only; other providers' ids come back from a client that switched models. */
function toWireId(id: string): string {
  return /^[\w-]+$/.test(id) ? id : id.replace(/[^\w-]/g, '_') || '_';
}

function repairTurns(turns: AnthropicTurn[], mayModify: boolean): AnthropicTurn[] {
  for (const turn of turns) if (turn.content.length === 0) turn.content.push(emptyTurn);
  const last = turns.at(-1);
  const end = last?.content.at(-1);
  // Anthropic refuses an answer to be continued that ends in white space.
  if (last?.role === 'assistant' && end?.type === 'text')
    last.content[last.content.length - 1] = { ...end, text: end.text.trimEnd() };
  if (turns[0]?.role !== 'user') {
    if (!mayModify) refuse('messages', 'Anthropic needs a user message first; `modify_params: true` has one put in');
    turns.unshift({ role: 'user', content: [emptyTurn] });
  }
  return turns;
}

/** One text where nothing is marked for the cache. */
export function joinSystem(system: readonly AnthropicText[]): string | readonly AnthropicText[] {
  const [only] = system;
  return system.length === 1 && only && !only.cache_control ? only.text : system;
}
