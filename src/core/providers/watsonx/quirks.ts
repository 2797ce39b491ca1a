/** Quirks of watsonx.ai's chat: a choice of tools in two members, and reasoning switched on in the template. */
// https://cloud.ibm.com/apidocs/watsonx-ai#text-chat
import type { JsonObject, Quirk } from '../openai-compatible/index.js';

/** A word goes into `tool_choice_option`, a named tool stays in `tool_choice`. */
export const toolChoiceOption: Quirk = {
  name: 'tool-choice-option',
  request(body) {
    const { tool_choice: choice, ...rest } = body;
    return typeof choice === 'string' ? { ...rest, tool_choice_option: choice } : body;
  },
};

/** Anthropic's parameter, which clients send to every model, for the models that think when their template says so. */
export const reasoningParams: Quirk = {
  name: 'reasoning-params',
  request(body) {
    const { thinking, ...rest } = body;
    if (thinking === undefined) return body;
    const { type } = Object(thinking) as { type?: unknown };
    const template: JsonObject = Object(rest['chat_template_kwargs']) as JsonObject;
    return { ...rest, chat_template_kwargs: { ...template, thinking: type !== 'disabled' } };
  },
};
