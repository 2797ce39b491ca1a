/** Quirk: thinking is switched by `thinking: {type}`; OpenAI's effort becomes on or off. */
// https://docs.z.ai/guides/capabilities/thinking-mode , https://api-docs.deepseek.com/guides/thinking_mode ,
// https://www.volcengine.com/docs/82379/1449737 , https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
import type { Quirk } from '../quirk.js';

export const thinkingSwitch: Quirk = {
  name: 'thinking-switch',
  request(body) {
    const { reasoning_effort: effort, thinking, ...rest } = body;
    if (effort === undefined && thinking === undefined) return body;
    const { type = effort === 'none' ? 'disabled' : 'enabled' } = Object(thinking) as { type?: unknown };
    // Anthropic's further members, such as a budget, are not known here.
    return { ...rest, thinking: { type: type === 'adaptive' ? 'enabled' : type } };
  },
};
