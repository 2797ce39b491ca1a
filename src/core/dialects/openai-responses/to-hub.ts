/** A Responses request as a chat request of the hub, for providers that do not speak the Responses API. */
import type { ChatCompletionRequest, ResponseFormat, Tool, ToolChoice } from '../../schema/openai/chat.js';
import type { ResponsesRequest, ResponsesTool } from '../../schema/openai/responses.js';
import type { HubReceiver } from '../client-dialect.js';
import { refusedMember } from './refused-member.js';
import { toMessages } from './to-messages.js';

/** Members that are translated or mean nothing elsewhere; whatever else a client sends goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'max_output_tokens', 'tools', 'tool_choice'],
  ...['reasoning', 'text', 'metadata', 'store', 'previous_response_id', 'include', 'truncation', 'background'],
  ...['conversation', 'prompt', 'max_tool_calls', 'top_logprobs', 'context_management'],
]);

/** What only a service that keeps things can do, and what to do instead. */
const kept: Readonly<Record<string, string>> = {
  previous_response_id: 'is served where responses are kept only: send the whole conversation in `input`',
  conversation: 'is served for models of OpenAI only: use `previous_response_id`, or send all of it in `input`',
  prompt: 'is served for models of OpenAI only: send the text in `instructions` and `input`',
  background: 'is served for models of OpenAI only: leave it out, or use `stream`',
};

/** @throws GatewayError `invalid_request` for items, tools and members that exist at OpenAI alone */
export function toHubRequest(body: ResponsesRequest, { supported }: HubReceiver): ChatCompletionRequest {
  for (const [member, reason] of Object.entries(kept)) {
    if (body[member] !== undefined && body[member] !== null && body[member] !== false)
      throw refusedMember(member, reason);
  }
  const rest = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !translated.has(name) && value !== null),
  );
  const { tools, searches } = toTools(body.tools ?? []);
  const choice = toToolChoice(body.tool_choice, tools);
  const format = toResponseFormat(body.text?.format);
  const effort = body.reasoning?.effort;
  const { max_output_tokens: most } = body;
  const topLogprobs = body['top_logprobs'];
  return {
    ...rest,
    model: body.model,
    messages: [
      ...(body.instructions ? [{ role: 'system' as const, content: body.instructions }] : []),
      ...toMessages(body.input),
    ],
    ...(most !== undefined && most !== null && { max_tokens: most }),
    ...(choice.tools.length > 0 && { tools: choice.tools }),
    ...(choice.tools.length > 0 && choice.word !== undefined && { tool_choice: choice.word }),
    ...(searches && { web_search_options: {} }),
    ...(format && { response_format: format }),
    // A wish that the model cannot fulfil is dropped, as its answer shows.
    ...(effort && supported.has('reasoning_effort') && { reasoning_effort: effort }),
    ...(body.text?.verbosity && supported.has('verbosity') && { verbosity: body.text.verbosity }),
    ...(typeof topLogprobs === 'number' && topLogprobs > 0 && { logprobs: true, top_logprobs: topLogprobs }),
    ...(body.stream === true && { stream: true }),
  };
}

function toTools(tools: readonly ResponsesTool[]): { tools: Tool[]; searches: boolean } {
  const functions = tools.filter(({ type }) => type === 'function');
  const others = tools.filter(({ type }) => type !== 'function');
  const foreign = others.find(({ type }) => typeof type !== 'string' || !type.startsWith('web_search'));
  if (foreign) throw refusedMember('tools', `the tool type ${String(foreign.type)} exists at OpenAI alone`);
  return {
    tools: functions.map(({ name = '', description, parameters, strict }) => ({
      type: 'function',
      function: {
        name,
        ...(typeof description === 'string' && { description }),
        parameters: parameters ?? { type: 'object', properties: {} },
        ...(typeof strict === 'boolean' && { strict }),
      },
    })),
    searches: others.length > 0,
  };
}

/** The word for the choice, and the tools that it leaves. */
function toToolChoice(
  choice: ResponsesRequest['tool_choice'],
  tools: readonly Tool[],
): { readonly word: ToolChoice | undefined; readonly tools: readonly Tool[] } {
  if (choice === undefined || choice === null) return { word: undefined, tools };
  if (typeof choice === 'string') return { word: choice, tools };
  if (choice.type === 'function') return { word: { type: 'function', function: { name: choice.name ?? '' } }, tools };
  if (choice.type !== 'allowed_tools') throw refusedMember('tool_choice', `${choice.type} exists at OpenAI alone`);
  const allowed = new Set((choice.tools ?? []).map(({ name }) => name));
  const word = choice.mode === 'required' ? 'required' : 'auto';
  return { word, tools: tools.filter((tool) => allowed.has(tool.function?.name)) };
}

function toResponseFormat(
  format: NonNullable<ResponsesRequest['text']>['format'] | undefined,
): ResponseFormat | undefined {
  if (format?.type === 'json_object') return { type: 'json_object' };
  if (format?.type !== 'json_schema') return undefined;
  const { name = 'answer', description, schema, strict } = format;
  return {
    type: 'json_schema',
    json_schema: {
      name,
      ...(description !== undefined && { description }),
      schema: schema ?? {},
      ...(typeof strict === 'boolean' && { strict }),
    },
  };
}
