/** OpenAI's tools, legacy functions, tool choice and JSON answers as Converse's tool configuration. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use.html
import { inlineReferences } from '../../../schema/json-schema.js';
import type { ChatCompletionRequest, FunctionDefinition, Tool as HubTool } from '../../../schema/openai/chat.js';
import { legacyFunctions } from '../../../schema/openai/tool-names.js';
import type { ChatCall } from '../../../spec/chat-adapter.js';
import { jsonToolName, toolNames } from '../../anthropic/tool-names.js';
import { refuse, unsupported } from '../provider-id.js';
import { cachePoint } from './build-blocks.js';
import type { FamilyTraits } from './model-family.js';
import type { JsonObject, Tool, ToolChoice, ToolConfig, ToolSpec, Turn } from './wire.js';

export interface BuiltTools {
  readonly toolConfig?: ToolConfig;
  /** What only Claude's own request has words for. */
  readonly fields: JsonObject;
}

interface Wanted {
  readonly type: 'auto' | 'any' | 'none' | 'tool';
  readonly name?: string;
}

export interface ToolsContext {
  readonly call: ChatCall;
  readonly body: ChatCompletionRequest;
  readonly turns: readonly Turn[];
  readonly traits: FamilyTraits;
  readonly isThinking: boolean;
  /** The schema of the JSON that is asked for by a tool. */
  readonly jsonSchema: JsonObject | undefined;
}

export function buildTools(context: ToolsContext): BuiltTools {
  const { body, turns, traits, jsonSchema } = context;
  const given: readonly HubTool[] =
    body.tools ?? legacyFunctions(body).map((each) => ({ type: 'function', function: each }));
  if (!Array.isArray(given)) return refuse('tools', 'is not a list');
  let wanted = readChoice(body.tool_choice ?? body['function_call']);
  const called = calledNames(turns);
  // Converse has no `none`: without tools there is nothing to call. Calls in the history need theirs declared.
  const isHidden = wanted?.type === 'none' && called.size === 0;
  const offered = isHidden ? [] : (given as readonly HubTool[]);
  const own = traits.claude ? offered.filter(isAnthropicTool) : [];
  const tools = offered.filter((tool) => !own.includes(tool)).flatMap((tool) => buildTool(tool, traits));
  if (body['web_search_options']) tools.push({ systemTool: { name: 'nova_grounding' } });
  if (tools.length === 0 && own.length === 0) tools.push(...[...called].map(declared));
  if (isHidden) wanted = undefined;
  if (jsonSchema) {
    const others = (tools.length > 0 || own.length > 0) && wanted?.type !== 'none';
    tools.push(jsonTool(jsonSchema));
    wanted = jsonChoice(context, wanted, others);
  }
  const isSingle = body.parallel_tool_calls === false && wanted?.type !== 'none';
  const fields = ownFields(own);
  if (tools.length === 0) return own.length === 0 ? { fields: {} } : { fields: withChoice(fields, wanted, isSingle) };
  if (traits.claude && (isSingle || wanted?.type === 'none'))
    return { toolConfig: { tools }, fields: withChoice(fields, wanted, isSingle) };
  const toolChoice = toToolChoice(wanted, context);
  return { toolConfig: { tools, ...(toolChoice && { toolChoice }) }, fields };
}

function buildTool(tool: HubTool, traits: FamilyTraits): Tool[] {
  if (typeof tool !== 'object' || tool === null) return refuse('tools', 'a tool is not an object');
  // Bedrock's own tools: https://docs.aws.amazon.com/nova/latest/nova2-userguide/web-grounding.html
  if ('toolSpec' in tool || 'systemTool' in tool || 'cachePoint' in tool) return [tool as unknown as Tool];
  const definition = tool.function ?? anthropicDefinition(tool);
  if (typeof definition?.name !== 'string')
    return refuse(
      'tools',
      tool.type === 'function' ? 'a function tool has no name' : `Bedrock has no tools of the type ${tool.type}`,
    );
  const marker = tool.cache_control ?? (definition as { cache_control?: HubTool['cache_control'] }).cache_control;
  const spec: ToolSpec = {
    toolSpec: {
      name: toolNames.toWire(definition.name),
      ...(definition.description && { description: definition.description }),
      inputSchema: { json: inputSchema(definition) },
      ...(definition.strict === true && traits.structuredOutput && { strict: true }),
    },
  };
  return [spec, ...cachePoint(marker)];
}

/** `{name, description, input_schema}`. */
function anthropicDefinition(tool: HubTool): FunctionDefinition | undefined {
  const { name, description, input_schema: parameters } = tool;
  if (typeof name !== 'string' || typeof parameters !== 'object' || parameters === null) return undefined;
  return {
    name,
    parameters: parameters as JsonObject,
    ...(typeof description === 'string' && { description }),
  };
}

function inputSchema({ parameters }: FunctionDefinition): JsonObject {
  if (!parameters) return { type: 'object', properties: {} };
  const { $schema: _dialect, ...schema } = inlineReferences(parameters);
  return { ...schema, type: 'object' };
}

function jsonTool(schema: JsonObject): ToolSpec {
  return {
    toolSpec: {
      name: jsonToolName,
      description: jsonToolName,
      inputSchema: { json: inputSchema({ name: jsonToolName, parameters: schema }) },
    },
  };
}

function calledNames(turns: readonly Turn[]): Set<string> {
  const names = new Set<string>();
  for (const { content } of turns) for (const block of content) if ('toolUse' in block) names.add(block.toolUse.name);
  return names;
}

function declared(name: string): ToolSpec {
  return { toolSpec: { name, description: name, inputSchema: { json: { type: 'object', properties: {} } } } };
}

function readChoice(choice: unknown): Wanted | undefined {
  if (choice === null || choice === undefined) return undefined;
  const given = (typeof choice === 'string' ? { type: choice } : choice) as {
    readonly type?: string;
    readonly name?: unknown;
    readonly function?: { readonly name?: unknown };
  };
  if (given.type === 'required' || given.type === 'any') return { type: 'any' };
  if (given.type === 'auto' || given.type === 'none') return { type: given.type };
  // `{name}` alone is the legacy `function_call`.
  const name = given.function?.name ?? given.name;
  if (typeof name !== 'string') return refuse('tool_choice', 'names no tool, and is not auto, none or required');
  return { type: 'tool', name: toolNames.toWire(name) };
}

/** Thinking rules out a forced call: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
function jsonChoice({ isThinking, traits }: ToolsContext, wanted: Wanted | undefined, others: boolean): Wanted {
  if (isThinking) return { type: 'auto' };
  if (others && wanted?.type === 'tool') return wanted;
  if (!others && traits.choices.has('tool')) return { type: 'tool', name: jsonToolName };
  return { type: traits.choices.has('any') ? 'any' : 'auto' };
}

/** @throws GatewayError `unsupported_parameter` for a choice that the model's family does not have */
function toToolChoice(wanted: Wanted | undefined, { call, traits }: ToolsContext): ToolChoice | undefined {
  if (!wanted) return undefined;
  const { type, name = '' } = wanted;
  if (type !== 'none' && traits.choices.has(type))
    return type === 'tool' ? { tool: { name } } : type === 'any' ? { any: {} } : { auto: {} };
  if (call.parameters.dropUnsupported) return undefined;
  throw unsupported('tool_choice', call.model);
}

/** Anthropic's own tools, such as `computer_20250124`; `custom` ones are like everybody's. */
function isAnthropicTool(tool: HubTool): boolean {
  return typeof tool?.type === 'string' && /_\d{8}$/.test(tool.type);
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-tool-use.html */
function ownFields(own: readonly HubTool[]): JsonObject {
  if (own.length === 0) return {};
  const betas = new Set<string>();
  const tools = own.map(({ function: definition, ...tool }) => {
    const [, year, month, day] = /^(?:computer|bash|text_editor)_(\d{4})(\d\d)(\d\d)$/.exec(tool.type) ?? [];
    if (year !== undefined) betas.add(`computer-use-${year}-${month}-${day}`);
    return definition ? { ...tool, name: definition.name, ...definition.parameters } : tool;
  });
  return { tools, ...(betas.size > 0 && { anthropic_beta: [...betas] }) };
}

/** Claude's own `tool_choice`, which knows `none` and single calls; Converse's must be absent then. */
function withChoice(fields: JsonObject, wanted: Wanted | undefined, isSingle: boolean): JsonObject {
  if (!wanted && !isSingle) return fields;
  const choice = { ...(wanted ?? { type: 'auto' }), ...(isSingle && { disable_parallel_tool_use: true }) };
  return { ...fields, tool_choice: choice };
}
