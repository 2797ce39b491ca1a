/** OpenAI's messages as Converse's system prompt and its alternating turns. */
import type { ChatMessage, ThinkingBlock, ToolCall } from '../../../schema/openai/chat.js';
import { parseToolArguments } from '../../../schema/openai/tool-arguments.js';
import { ToolNames } from '../../../schema/openai/tool-names.js';
import { toolNames } from '../../anthropic/tool-names.js';
import { refuse } from '../provider-id.js';
import { buildBlocks, cachePoint, type ContentBlock } from './build-blocks.js';
import { DocumentNames } from './media-blocks.js';
import type { Block, MediaBlock, Reasoning, SystemBlock, TextBlock, ToolResult, ToolUse, Turn } from './wire.js';

/** Stands for a turn or result without content, which Bedrock refuses. */
const empty: TextBlock = { text: '(empty message)' };
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html */
const callIds = new ToolNames({ character: /[a-zA-Z0-9_-]/, maxLength: 64 });

export interface BuiltMessages {
  readonly system: SystemBlock[];
  readonly turns: Turn[];
}

/** System and developer messages go to the system prompt from wherever they stand; neighbours of one role become one turn. */
export function buildMessages(messages: readonly ChatMessage[], mayModify: boolean): BuiltMessages {
  const system: SystemBlock[] = [];
  const turns: Turn[] = [];
  const names = new DocumentNames();
  const add = (role: Turn['role'], blocks: readonly Block[]): void => {
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks] });
  };
  let legacyCallId = 'call';
  for (const [index, message] of messages.entries()) {
    const param = `messages[${index}]`;
    const blocks = buildBlocks(message?.content, names, param);
    // A marker on the message belongs to its end.
    const marker = cachePoint(message?.cache_control);
    switch (message?.role) {
      case 'system':
      case 'developer':
        system.push(...blocks.map((block) => asSystem(block, param)), ...(blocks.length > 0 ? marker : []));
        break;
      case 'user':
        add('user', [...blocks, ...(blocks.length > 0 ? marker : [])]);
        break;
      case 'assistant': {
        if (message.function_call) legacyCallId = `call_${index}`;
        const said = assistantBlocks(message, blocks, legacyCallId, param);
        if (said.length > 0) add('assistant', [...said, ...marker]);
        break;
      }
      case 'tool':
      case 'function': {
        const id = message.role === 'tool' ? message.tool_call_id : legacyCallId;
        if (typeof id !== 'string') return refuse(param, 'a tool message needs a tool_call_id');
        add('user', [...toolResult(id, blocks, param), ...marker]);
        break;
      }
      default:
        return refuse(param, 'the role is not one of system, developer, user, assistant, tool');
    }
  }
  return { system, turns: repairTurns(turns, mayModify) };
}

function asSystem(block: ContentBlock, param: string): SystemBlock {
  if ('text' in block || 'cachePoint' in block || 'guardContent' in block) return block;
  return refuse(param, 'a system message holds text only');
}

/** Reasoning comes first and unchanged, as its signature demands. */
function assistantBlocks(
  message: ChatMessage,
  content: readonly ContentBlock[],
  legacyCallId: string,
  param: string,
): Block[] {
  const thinking = Array.isArray(message.thinking_blocks) ? (message.thinking_blocks as readonly ThinkingBlock[]) : [];
  const blocks: Block[] = [...thinking.flatMap(toReasoning), ...content];
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as readonly ToolCall[]) : [];
  for (const call of calls) blocks.push(toolUse(call?.id, call?.function, param));
  if (message.function_call) blocks.push(toolUse(legacyCallId, message.function_call, param));
  return blocks;
}

/** What has no signature cannot travel back. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningTextBlock.html */
function toReasoning(block: ThinkingBlock): Reasoning[] {
  if (block?.type === 'redacted_thinking') return [{ reasoningContent: { redactedContent: block.data } }];
  if (!block?.signature) return [];
  return [{ reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } }];
}

function toolUse(id: unknown, called: ToolCall['function'] | undefined, param: string): ToolUse {
  if (typeof id !== 'string' || typeof called?.name !== 'string')
    return refuse(param, 'a tool call needs an id and a function');
  const input =
    parseToolArguments(called.arguments) ?? refuse(param, 'the arguments of a tool call are not a JSON object');
  return { toolUse: { toolUseId: callIds.toWire(id), name: toolNames.toWire(called.name), input } };
}

/** Cache points come after the result: within it there are none. */
function toolResult(id: string, blocks: readonly ContentBlock[], param: string): Block[] {
  const points = blocks.filter((block) => 'cachePoint' in block);
  const content = blocks.filter((block) => !('cachePoint' in block)).map((block) => asResult(block, param));
  const result: ToolResult = {
    toolResult: { toolUseId: callIds.toWire(id), content: content.length > 0 ? content : [empty] },
  };
  return [result, ...points.slice(-1)];
}

function asResult(block: ContentBlock, param: string): TextBlock | MediaBlock {
  if ('audio' in block || 'guardContent' in block || 'cachePoint' in block)
    return refuse(param, 'a tool result holds texts, pictures, documents and videos only');
  return block;
}

function repairTurns(turns: Turn[], mayModify: boolean): Turn[] {
  for (const { role, content } of turns) {
    if (content.length === 0) content.push(empty);
    // Documents come with a question: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
    const isSilent = !content.some((block) => 'text' in block || 'toolResult' in block || 'guardContent' in block);
    if (role === 'user' && isSilent && content.some((block) => 'document' in block)) content.push(empty);
  }
  const last = turns.at(-1);
  const end = last?.content.at(-1);
  // Claude refuses an answer to be continued that ends in white space.
  if (last?.role === 'assistant' && end && 'text' in end)
    last.content[last.content.length - 1] = { text: end.text.trimEnd() };
  if (turns[0]?.role !== 'user') {
    if (!mayModify) refuse('messages', 'Bedrock needs a user message first; `modify_params: true` has one put in');
    turns.unshift({ role: 'user', content: [empty] });
  }
  return turns;
}
