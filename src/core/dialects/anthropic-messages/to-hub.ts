/** A Messages request as a chat request of the hub, for providers that do not speak Anthropic's dialect. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { HubReceiver } from '../client-dialect.js';
import type { AnthropicTool } from '../../schema/anthropic/messages.js';
import type {
  ChatCompletionRequest,
  ChatMessage,
  ContentPart,
  ThinkingBlock,
  Tool,
  ToolCall,
  ToolChoice,
} from '../../schema/openai/chat.js';
import type { MessagesBlock, MessagesRequest } from '../../schema/anthropic/messages-request.js';

/** Members that are translated or mean nothing elsewhere; whatever else a client sends goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'max_tokens', 'tools', 'tool_choice', 'thinking', 'output_config'],
  ...['stop_sequences', 'metadata', 'service_tier', 'stream', 'context_management', 'container', 'mcp_servers'],
  ...['anthropic_version', 'anthropic_beta', 'betas', 'inference_geo', 'speed', 'cache_control'],
]);

/** @throws GatewayError `invalid_request` for blocks and tools that exist at Anthropic alone */
export function toHubRequest(body: MessagesRequest, receiver: HubReceiver): ChatCompletionRequest {
  const rest = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !translated.has(name) && value !== null),
  );
  const { tools, searches } = toTools(body.tools ?? []);
  const choice = toToolChoice(body.tool_choice);
  const user = body.metadata?.user_id;
  const format = body.output_config?.format;
  return {
    ...rest,
    model: body.model,
    messages: [...systemMessages(body.system), ...body.messages.flatMap(toMessages)],
    max_tokens: body.max_tokens,
    ...(body.stop_sequences?.length && { stop: body.stop_sequences }),
    ...(typeof user === 'string' && { user }),
    ...(tools.length > 0 && { tools }),
    ...(searches && { web_search_options: {} }),
    ...(choice !== undefined && tools.length > 0 && { tool_choice: choice }),
    ...(wantsOneCall(body, receiver) && tools.length > 0 && { parallel_tool_calls: false }),
    ...(format?.type === 'json_schema' && {
      response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema: format.schema ?? {} } },
    }),
    ...reasoningOf(body, receiver),
    ...(body.stream === true && { stream: true }),
  };
}

function systemMessages(system: MessagesRequest['system']): ChatMessage[] {
  if (system === undefined || system === null || system.length === 0) return [];
  return [{ role: 'system', content: typeof system === 'string' ? system : joined(system.map(toPart)) }];
}

function toMessages(message: MessagesRequest['messages'][number], at: number): ChatMessage[] {
  const { role, content } = message;
  if (typeof content === 'string') return [{ role, content }];
  if (role === 'assistant') return [toAssistantMessage(content, at)];
  // The hub has results as messages of their own, right after the turn that made the calls.
  const results = content.filter(({ type }) => type === 'tool_result');
  const others = content.filter(({ type }) => type !== 'tool_result');
  return [...results.map(toToolMessage), ...(others.length > 0 ? [{ role, content: joined(others.map(toPart)) }] : [])];
}

function toAssistantMessage(blocks: readonly MessagesBlock[], at: number): ChatMessage {
  const parts: ContentPart[] = [];
  const calls: ToolCall[] = [];
  const thinking: ThinkingBlock[] = [];
  for (const block of blocks) {
    if (block.type === 'tool_use') calls.push(toToolCall(block, at));
    else if (block.type === 'thinking' || block.type === 'redacted_thinking') thinking.push(block as ThinkingBlock);
    else if (!ownResults.test(block.type)) parts.push(toPart(block));
  }
  const reasoning = thinking.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('');
  return {
    role: 'assistant',
    content: parts.length === 0 ? null : joined(parts),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thinking.length > 0 && { thinking_blocks: thinking }),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
  };
}

/** What Anthropic's own tools have left in the history: the answer's text says what came of it. */
const ownResults = /^server_tool_use$|_tool_result$|^mcp_tool_use$|^container_upload$/;

function toToolCall(block: MessagesBlock, at: number): ToolCall {
  const { id, name, input } = block;
  if (typeof id !== 'string' || typeof name !== 'string')
    throw refused(`messages[${at}]`, 'a tool_use block needs an id and a name');
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } };
}

function toToolMessage(block: MessagesBlock): ChatMessage {
  const id = block['tool_use_id'];
  if (typeof id !== 'string') throw refused('messages', 'a tool_result block needs a tool_use_id');
  const { content } = block;
  const parts = typeof content === 'string' ? content : joined((content ?? []).map(toPart));
  return { role: 'tool', tool_call_id: id, content: parts, ...cacheControl(block) };
}

function toPart(block: MessagesBlock): ContentPart {
  const { type, source } = block;
  if (type === 'text' && typeof block.text === 'string')
    return { type: 'text', text: block.text, ...cacheControl(block) };
  if ((type === 'image' || type === 'document') && source) return toMediaPart(type, source, block);
  if (type === 'search_result') return { type: 'text', text: searchResultText(block) };
  throw refused('messages', `a block of the type ${String(type)} cannot be sent to the provider of this model`);
}

function toMediaPart(
  type: 'image' | 'document',
  source: NonNullable<MessagesBlock['source']>,
  block: MessagesBlock,
): ContentPart {
  const link = linkOf(source);
  if (type === 'image') return { type: 'image_url', image_url: { url: link }, ...cacheControl(block) };
  if (source.type === 'text') return { type: 'text', text: textData(source['data']), ...cacheControl(block) };
  const title = block['title'];
  const filename = typeof title === 'string' ? { filename: title } : {};
  if (source.type === 'file') return { type: 'file', file: { file_id: link, ...filename }, ...cacheControl(block) };
  return { type: 'file', file: { file_data: link, ...filename }, ...cacheControl(block) };
}

function textData(data: unknown): string {
  return typeof data === 'string' ? data : '';
}

function linkOf(source: NonNullable<MessagesBlock['source']>): string {
  const { type, url, data, media_type: mediaType, file_id: fileId } = source;
  if (type === 'url' && typeof url === 'string') return url;
  if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string')
    return `data:${mediaType};base64,${data}`;
  if (type === 'file' && typeof fileId === 'string') return fileId;
  if (type === 'text') return '';
  throw refused('messages', `a source of the type ${String(type)} cannot be sent to the provider of this model`);
}

function searchResultText(block: MessagesBlock): string {
  const texts =
    typeof block.content === 'string' ? [block.content] : (block.content ?? []).map(({ text }) => String(text));
  return [block['title'], block['source'], ...texts].filter((text) => typeof text === 'string').join('\n');
}

/** One plain text stays a text: every provider takes that. */
function joined(parts: readonly ContentPart[]): string | readonly ContentPart[] {
  const [only] = parts;
  if (parts.length === 0) return '';
  return parts.length === 1 && only?.type === 'text' && !only.cache_control ? only.text : parts;
}

function cacheControl(block: MessagesBlock): Pick<MessagesBlock, 'cache_control'> {
  return block.cache_control ? { cache_control: block.cache_control } : {};
}

function toTools(tools: readonly AnthropicTool[]): { tools: Tool[]; searches: boolean } {
  const own = tools.filter((tool) => tool.type === undefined || tool.type === 'custom');
  const others = tools.filter((tool) => !own.includes(tool));
  const foreign = others.find(({ type }) => !type?.startsWith('web_search_'));
  if (foreign) throw refused('tools', `the tool type ${foreign.type} exists at Anthropic alone`);
  return {
    tools: own.map(({ name = '', description, input_schema: parameters, cache_control: cache, strict }) => ({
      type: 'function',
      function: {
        name,
        ...(description !== undefined && { description }),
        parameters: parameters ?? { type: 'object', properties: {} },
        ...(strict !== undefined && { strict }),
      },
      ...(cache && { cache_control: cache }),
    })),
    searches: others.length > 0,
  };
}

function toToolChoice(choice: MessagesRequest['tool_choice']): ToolChoice | undefined {
  if (!choice) return undefined;
  if (choice.type === 'any') return 'required';
  if (choice.type === 'tool') return { type: 'function', function: { name: choice.name ?? '' } };
  return choice.type;
}

/** A wish too: SDKs express it by themselves, with no way to leave it out, wherever a tool stands for a JSON answer. */
function wantsOneCall({ tool_choice: choice }: MessagesRequest, { supported }: HubReceiver): boolean {
  return choice?.disable_parallel_tool_use === true && supported.has('parallel_tool_calls');
}

/** Tokens for thinking from which on an effort is meant: the inverse of what adapters make of an effort. */
const efforts: readonly [leastTokens: number, effort: string][] = [
  [8_192, 'high'],
  [2_048, 'medium'],
  [0, 'low'],
];

/** In the terms that the model takes; a wish that it cannot fulfil is dropped, as its answer shows. */
function reasoningOf(body: MessagesRequest, { supported }: HubReceiver): Partial<ChatCompletionRequest> {
  const { thinking, output_config: output } = body;
  if (thinking && supported.has('thinking')) return { thinking };
  if (!supported.has('reasoning_effort')) return {};
  if (thinking?.type === 'disabled') return {};
  if (output?.effort) return { reasoning_effort: output.effort === 'max' ? 'high' : output.effort };
  if (!thinking) return {};
  const budget = thinking.budget_tokens ?? 4_096;
  return { reasoning_effort: efforts.find(([least]) => budget >= least)?.[1] ?? 'low' };
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `${param}: ${reason}.` } });
}
