/** Tools and the choice among them as Gemini takes them. */
// https://ai.google.dev/gemini-api/docs/function-calling
import type { GeminiFunction } from '../../schema/google/generate-content.js';
import type { ChatCompletionRequest, FunctionDefinition, Tool } from '../../schema/openai/chat.js';
import { toGeminiSchema } from './schema-subset.js';
import { toolNames } from './tool-names.js';

export interface GeminiTools {
  readonly tools: readonly object[];
  readonly toolConfig: object | undefined;
}

export function buildTools(body: ChatCompletionRequest): GeminiTools {
  const offered = body.tools ?? [];
  const legacy = (body['functions'] as readonly FunctionDefinition[] | null | undefined) ?? [];
  const functions = [...offered.flatMap((tool) => tool.function ?? []), ...legacy].map(toFunction);
  const own = offered.filter((tool) => !tool.function).map(toOwnTool);
  const searches = body['web_search_options'] !== undefined && body['web_search_options'] !== null;
  return {
    tools: [
      ...(functions.length > 0 ? [{ functionDeclarations: functions }] : []),
      ...own,
      ...(searches && !own.some((tool) => 'googleSearch' in tool) ? [{ googleSearch: {} }] : []),
    ],
    toolConfig: functions.length > 0 ? toToolConfig(body) : undefined,
  };
}

function toFunction({ name, description, parameters }: FunctionDefinition): GeminiFunction {
  const schema = parameters ? toGeminiSchema(parameters) : {};
  return {
    name: toolNames.toWire(name),
    ...(description !== undefined && { description }),
    // An object without members is refused; a function without parameters has none.
    ...(schema['properties'] !== undefined && { parameters: schema }),
  };
}

/** Google's own tools, such as `{"googleSearch": {}}`, pass; OpenAI's web search is Google's. */
function toOwnTool({ type, ...settings }: Tool): object {
  if (typeof type === 'string' && type.startsWith('web_search')) return { googleSearch: {} };
  return settings;
}

function toToolConfig(body: ChatCompletionRequest): object | undefined {
  const choice = body.tool_choice ?? body['function_call'];
  if (choice === undefined || choice === null) return undefined;
  return { functionCallingConfig: toCallingConfig(choice) };
}

function toCallingConfig(choice: unknown): object {
  if (choice === 'none') return { mode: 'NONE' };
  if (choice === 'required' || choice === 'any') return { mode: 'ANY' };
  const named = Object(choice) as { function?: { name?: unknown }; name?: unknown };
  const name = named.function?.name ?? named.name;
  return typeof name === 'string' ? { mode: 'ANY', allowedFunctionNames: [toolNames.toWire(name)] } : { mode: 'AUTO' };
}
