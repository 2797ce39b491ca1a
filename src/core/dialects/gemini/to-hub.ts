/** A generateContent request as a chat request of the hub, for providers that do not speak Google's dialect. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { GenerateContentRequest } from '../../schema/google/generate-content-request.js';
import type {
  ChatCompletionRequest,
  ChatMessage,
  FunctionDefinition,
  Tool,
  ToolChoice,
} from '../../schema/openai/chat.js';
import type { HubReceiver } from '../client-dialect.js';
import { configParams } from './generation-config.js';
import { plainSchema } from './plain-schema.js';
import { toMessages } from './to-messages.js';
import { listMember, member, objectMember, textMember, type JsonObject } from './wire-names.js';

/** Members that are translated, and those that mean nothing elsewhere; whatever else a client sends goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'contents', 'systemInstruction', 'system_instruction', 'tools', 'toolConfig', 'tool_config'],
  ...['generationConfig', 'generation_config', 'safetySettings', 'safety_settings', 'labels'],
  ...['cachedContent', 'cached_content'],
]);

/** @throws GatewayError `invalid_request` for what exists at Google alone */
export function toHubRequest(body: GenerateContentRequest, receiver: HubReceiver): ChatCompletionRequest {
  if (member(body, 'cachedContent') !== undefined)
    throw refused('cachedContent', 'cached contents are kept by Google, and this model is served by somebody else');
  const rest = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !translated.has(name) && value !== null),
  );
  const { tools, searches } = toTools(listMember(body, 'tools'));
  const { choice, offered } = toToolChoice(objectMember(body, 'toolConfig'), tools);
  return {
    ...rest,
    model: body.model,
    messages: [...systemMessages(member(body, 'systemInstruction')), ...toMessages(body.contents)],
    ...(offered.length > 0 && { tools: offered }),
    ...(choice !== undefined && offered.length > 0 && { tool_choice: choice }),
    ...(searches && { web_search_options: {} }),
    ...configParams(objectMember(body, 'generationConfig') ?? {}, receiver),
  };
}

/** A content, or a text in its place. */
function systemMessages(instruction: unknown): ChatMessage[] {
  if (typeof instruction === 'string') return [{ role: 'system', content: instruction }];
  const texts = listMember(instruction, 'parts').flatMap((part) => textMember(part, 'text') ?? []);
  return texts.length === 0 ? [] : [{ role: 'system', content: texts.join('\n\n') }];
}

const searchTools = ['googleSearch', 'googleSearchRetrieval', 'enterpriseWebSearch'];

function toTools(given: readonly unknown[]): { tools: Tool[]; searches: boolean } {
  const tools = given.flatMap((tool) => listMember(tool, 'functionDeclarations').map(toTool));
  const own = given.filter((tool) => listMember(tool, 'functionDeclarations').length === 0);
  const foreign = own.find((tool) => !searchTools.some((name) => member(tool, name) !== undefined));
  if (foreign !== undefined && Object.keys(Object(foreign) as object).length > 0)
    throw refused('tools', `the tool ${Object.keys(foreign as object).join(', ')} exists at Google alone`);
  return { tools, searches: own.length > 0 && foreign === undefined };
}

function toTool(declaration: unknown): Tool {
  const name = textMember(declaration, 'name');
  if (name === undefined) throw refused('tools', 'a function declaration needs a name');
  const description = textMember(declaration, 'description');
  const schema = objectMember(declaration, 'parametersJsonSchema');
  const own = objectMember(declaration, 'parameters');
  const parameters = schema ?? (own ? plainSchema(own) : { type: 'object', properties: {} });
  const definition: FunctionDefinition = { name, ...(description !== undefined && { description }), parameters };
  return { type: 'function', function: definition };
}

/** Names that are allowed beside others cannot be said elsewhere: then only those are offered. */
function toToolChoice(
  config: JsonObject | undefined,
  tools: readonly Tool[],
): { choice: ToolChoice | undefined; offered: readonly Tool[] } {
  const calling = objectMember(config, 'functionCallingConfig');
  const mode = textMember(calling, 'mode')?.toUpperCase();
  const allowed = listMember(calling, 'allowedFunctionNames');
  if (mode === 'NONE') return { choice: 'none', offered: tools };
  if (mode !== 'ANY' && mode !== 'VALIDATED') return { choice: mode === 'AUTO' ? 'auto' : undefined, offered: tools };
  const offered = allowed.length === 0 ? tools : tools.filter((tool) => allowed.includes(tool.function?.name));
  if (mode === 'VALIDATED') return { choice: 'auto', offered };
  const [only] = offered;
  return offered.length === 1 && allowed.length === 1 && only?.function
    ? { choice: { type: 'function', function: { name: only.function.name } }, offered: tools }
    : { choice: 'required', offered };
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\`: ${reason}.` } });
}
