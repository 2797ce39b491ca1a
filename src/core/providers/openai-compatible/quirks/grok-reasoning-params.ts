/** Quirk: Grok's reasoning models refuse stop sequences and penalties, and only some take an effort. */
// https://docs.x.ai/docs/guides/reasoning
import { GatewayError } from '../../../errors/gateway-error.js';
import type { Quirk } from '../quirk.js';

const reasoningModel = /^grok-(?:3-mini|4|code)(?!.*non-reasoning)/;
const refused = ['frequency_penalty', 'presence_penalty', 'stop'];
/** Others reason as much as they see fit. */
const takesEffort = /^grok-(?:3-mini|4\.)/;

export const grokReasoningParams: Quirk = {
  name: 'grok-reasoning-params',
  request(body, { model, parameters }) {
    if (!reasoningModel.test(model)) return body;
    const names = takesEffort.test(model) ? refused : [...refused, 'reasoning_effort'];
    const present = names.filter((name) => body[name] != null && !parameters.alsoAllowed.includes(name));
    const [param] = present;
    if (param === undefined) return body;
    if (!parameters.dropUnsupported)
      throw new GatewayError('unsupported_parameter', {
        param,
        facts: { param, provider: 'xai', model },
        provider: 'xai',
      });
    return Object.fromEntries(Object.entries(body).filter(([name]) => !present.includes(name)));
  },
};
