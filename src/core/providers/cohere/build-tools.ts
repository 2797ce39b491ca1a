/** The tools of a request, and which of them the model may or must call. */
// https://docs.cohere.com/docs/tool-use-usage-patterns
import { GatewayError } from '../../errors/gateway-error.js';
import type { CohereRequest } from '../../schema/cohere.js';
import type { ChatCompletionRequest, FunctionDefinition } from '../../schema/openai/chat.js';
import { legacyFunctions } from '../../schema/openai/tool-names.js';

/** `tool_choice` in any of its forms; the older `function_call` has a form of its own. */
interface Choice {
  readonly type?: string;
  readonly name?: string;
  readonly function?: { readonly name?: string };
  readonly allowed_tools?: {
    readonly mode?: string;
    readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
  };
}

export function addTools(body: ChatCompletionRequest, wire: CohereRequest): void {
  const functions = functionsOf(body);
  if (functions.length === 0) return;
  const choice = (body.tools ? body.tool_choice : body['function_call']) as string | Choice | null | undefined;
  const { names, mode } = readChoice(choice);
  // There is no choice by name: the named tools alone are offered, and some tool must be called.
  const offered = names ? functions.filter(({ name }) => names.includes(name)) : functions;
  if (offered.length === 0) refuse('tool_choice', `names no tool that is offered: ${names?.join(', ')}`);
  wire.tools = offered.map(toTool);
  if (mode === 'none') wire.tool_choice = 'NONE';
  else if (mode === 'required' || mode === 'any') wire.tool_choice = 'REQUIRED';
  if (offered.every(({ strict }) => strict === true)) wire.strict_tools ??= true;
}

function functionsOf(body: ChatCompletionRequest): readonly FunctionDefinition[] {
  if (!body.tools) return legacyFunctions(body);
  return body.tools.map((tool) => {
    if (typeof tool?.function?.name === 'string') return tool.function;
    return refuse('tools', 'may hold functions only, each with a name');
  });
}

function readChoice(choice: string | Choice | null | undefined): { names?: readonly string[]; mode?: string } {
  if (typeof choice === 'string') return { mode: choice };
  const name = choice?.function?.name ?? choice?.name;
  if (typeof name === 'string') return { names: [name], mode: 'required' };
  const { mode, tools } = choice?.allowed_tools ?? {};
  if (!Array.isArray(tools)) return {};
  const names = tools.map((tool: Choice) => tool?.function?.name).filter((each) => typeof each === 'string');
  return { names, ...(mode !== undefined && { mode }) };
}

function toTool({ name, description, parameters }: FunctionDefinition): object {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      parameters: parameters ?? { type: 'object', properties: {} },
    },
  };
}

function refuse(param: string, reason: string): never {
  throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${reason}.` } });
}
