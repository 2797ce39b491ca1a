/** Quirk: tools in the members that Mistral knows, and its word for "some tool must be called". */
// https://docs.mistral.ai/capabilities/function_calling
import type { Tool } from '../../schema/openai/chat.js';
import type { JsonObject, Quirk } from '../openai-compatible/index.js';

export const toolRules: Quirk = {
  name: 'tool-rules',
  request(body) {
    let changed: JsonObject = body;
    if (Array.isArray(body['tools'])) changed = { ...changed, tools: (body['tools'] as readonly Tool[]).map(toTool) };
    if (body['tool_choice'] === 'required') changed = { ...changed, tool_choice: 'any' };
    return changed;
  },
};

function toTool(tool: Tool): Tool {
  const { type, function: definition } = tool;
  if (type !== 'function' || !definition) return tool;
  const { name, description, parameters, strict } = definition;
  return {
    type,
    function: {
      name,
      ...(description != null && { description }),
      // The member is required, also of a tool without parameters.
      parameters: parameters ?? { type: 'object', properties: {} },
      ...(typeof strict === 'boolean' && { strict }),
    },
  };
}
