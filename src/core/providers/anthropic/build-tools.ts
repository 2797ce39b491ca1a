/** OpenAI's tools, legacy functions, tool choice and JSON answers as Anthropic's tools and tool choice. */
import type { AnthropicTool, AnthropicToolChoice, AnthropicTurn } from '../../schema/anthropic/messages.js';
import type { ChatCompletionRequest, FunctionDefinition, Tool } from '../../schema/openai/chat.js';
import type { ModelTraits } from './model-traits.js';
import { refuse } from './refuse.js';
import { legacyFunctions } from '../../schema/openai/tool-names.js';
import { jsonToolName, toolNames } from './tool-names.js';

export interface BuiltTools {
  readonly tools: AnthropicTool[];
  readonly choice: AnthropicToolChoice | undefined;
}

type Schema = Readonly<Record<string, unknown>>;

/** Anthropic's tools that are in beta; each needs a header of its own until it is generally available. */
const toolBetas = new Map(
  Object.entries({
    computer_20241022: 'computer-use-2024-10-22',
    bash_20241022: 'computer-use-2024-10-22',
    text_editor_20241022: 'computer-use-2024-10-22',
    computer_20250124: 'computer-use-2025-01-24',
    computer_20251124: 'computer-use-2025-11-24',
    code_execution_20250522: 'code-execution-2025-05-22',
    code_execution_20250825: 'code-execution-2025-08-25',
    memory_20250818: 'context-management-2025-06-27',
    web_fetch_20250910: 'web-fetch-2025-09-10',
  }),
);

const searchesByContextSize = new Map(Object.entries({ low: 1, medium: 5, high: 10 }));

export function buildTools(
  body: ChatCompletionRequest,
  turns: readonly AnthropicTurn[],
  traits: ModelTraits,
  isThinking: boolean,
  betas: Set<string>,
): BuiltTools {
  const given: readonly Tool[] =
    body.tools ?? legacyFunctions(body).map((each) => ({ type: 'function', function: each }));
  if (!Array.isArray(given)) return refuse('tools', 'is not a list');
  const tools = (given as readonly Tool[]).map((tool) => buildTool(tool, traits, betas));
  const search = body['web_search_options'] as
    { search_context_size?: string; user_location?: { approximate?: object } } | undefined;
  if (search) tools.push(webSearch(search));
  // A conversation that has tool calls in it needs their tools declared, also where no more calls are wanted.
  if (tools.length === 0) tools.push(...calledTools(turns));

  let choice = tools.length === 0 ? undefined : buildChoice(body.tool_choice ?? body['function_call']);
  const answer = jsonToolSchema(body, traits);
  if (answer) {
    const mayCallOthers = tools.length > 0 && choice?.type !== 'none';
    tools.push({ name: jsonToolName, input_schema: answer });
    // Thinking rules out a forced call: https://platform.claude.com/docs/en/build-with-claude/extended-thinking
    if (isThinking) choice = { type: 'auto' };
    else if (!mayCallOthers) choice = { type: 'tool', name: jsonToolName };
    else if (choice?.type !== 'tool') choice = { type: 'any' };
  }
  if (body.parallel_tool_calls === false && tools.length > 0 && choice?.type !== 'none') {
    choice = { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true };
  }
  return { tools, choice };
}

function buildTool(tool: Tool, traits: ModelTraits, betas: Set<string>): AnthropicTool {
  if (typeof tool !== 'object' || tool === null) return refuse('tools', 'a tool is not an object');
  const { function: definition, ...own } = tool;
  if (tool.type !== 'function') {
    const beta = toolBetas.get(tool.type);
    if (beta) betas.add(beta);
    // LiteLLM's clients write Anthropic's tools as `{type, function: {name, parameters: settings}}` too.
    return definition ? { ...own, name: definition.name, ...definition.parameters } : own;
  }
  if (typeof definition?.name !== 'string') return refuse('tools', 'a function tool has no name');
  const marker = tool.cache_control ?? (definition as { cache_control?: Tool['cache_control'] }).cache_control;
  return {
    name: toolNames.toWire(definition.name),
    ...(definition.description && { description: definition.description }),
    input_schema: inputSchema(definition),
    ...(marker && { cache_control: marker }),
    ...(definition.strict === true && traits.structuredOutput && { strict: true }),
  };
}

function inputSchema({ parameters }: FunctionDefinition): Schema {
  if (!parameters) return { type: 'object', properties: {} };
  return parameters['type'] === 'object' ? parameters : { ...parameters, type: 'object' };
}

function webSearch(options: { search_context_size?: string; user_location?: { approximate?: object } }): AnthropicTool {
  const uses = searchesByContextSize.get(options.search_context_size ?? '');
  const place = options.user_location?.approximate;
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(uses && { max_uses: uses }),
    ...(place && { user_location: { type: 'approximate', ...place } }),
  };
}

function calledTools(turns: readonly AnthropicTurn[]): AnthropicTool[] {
  const names = new Set<string>();
  for (const turn of turns) for (const block of turn.content) if (block.type === 'tool_use') names.add(block.name);
  return [...names].map((name) => ({ name, description: name, input_schema: { type: 'object', properties: {} } }));
}

function buildChoice(choice: unknown): AnthropicToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined;
  const given = (typeof choice === 'string' ? { type: choice } : choice) as Partial<AnthropicToolChoice> & {
    readonly function?: { readonly name?: string };
  };
  const type = given.type as string | undefined;
  const single = given.disable_parallel_tool_use ? { disable_parallel_tool_use: true } : undefined;
  if (type === 'required' || type === 'any') return { type: 'any', ...single };
  if (type === 'auto' || type === 'none') return { type, ...single };
  // `{name}` alone is the legacy `function_call`.
  const name = given.function?.name ?? given.name;
  if (typeof name !== 'string') return refuse('tool_choice', 'names no tool, and is not auto, none or required');
  return { type: 'tool', name: toolNames.toWire(name), ...single };
}

/** The schema that a JSON answer is held to; undefined where none is given. */
export function answerSchema(body: ChatCompletionRequest): Schema | undefined {
  const format = body.response_format;
  if (format?.type === 'json_schema') return format.json_schema?.schema;
  return format?.type === 'json_object' ? format.response_schema : undefined;
}

/** The JSON tool's schema; undefined where the model can be held to one without a tool, or no JSON is asked for. */
export function jsonToolSchema(body: ChatCompletionRequest, traits: ModelTraits): Schema | undefined {
  const type = body.response_format?.type;
  if (type !== 'json_schema' && type !== 'json_object') return undefined;
  const schema = answerSchema(body);
  if (schema && traits.structuredOutput) return undefined;
  return schema ?? { type: 'object', properties: {}, additionalProperties: true };
}
