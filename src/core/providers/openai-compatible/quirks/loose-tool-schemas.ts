/** Quirk: vLLM's grammars stumble over `additionalProperties` and `strict` of tools, which say nothing to its models. */
// https://github.com/vllm-project/vllm/issues/15236
import type { JsonObject, Quirk } from '../quirk.js';

export const looseToolSchemas: Quirk = {
  name: 'loose-tool-schemas',
  request(body) {
    const { tools } = body;
    if (!Array.isArray(tools)) return body;
    const loose = tools.map((tool: unknown) => loosen(tool));
    return loose.some((tool, index) => tool !== tools[index]) ? { ...body, tools: loose } : body;
  },
};

function loosen(tool: unknown): unknown {
  const definition = (tool as JsonObject | null)?.['function'] as JsonObject | null | undefined;
  if (typeof definition !== 'object' || definition === null) return tool;
  const { strict, parameters, ...rest } = definition;
  const { additionalProperties, ...schema } = Object(parameters) as JsonObject;
  if (strict === undefined && additionalProperties === undefined) return tool;
  return { ...(tool as JsonObject), function: { ...rest, ...(parameters !== undefined && { parameters: schema }) } };
}
