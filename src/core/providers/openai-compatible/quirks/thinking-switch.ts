/** Quirk: thinking is switched by `thinking: {type}`; OpenAI's effort becomes on or off, or goes along where it is known. */
// https://docs.z.ai/guides/capabilities/thinking-mode , https://www.volcengine.com/docs/82379/1449737
import type { JsonObject, Quirk } from '../quirk.js';

export const thinkingSwitch: Quirk = {
  name: 'thinking-switch',
  request(body) {
    const { reasoning_effort: effort, ...rest } = body;
    const type = switchOf(body);
    return type === undefined ? body : { ...rest, thinking: { type } };
  },
};

/** DeepSeek knows efforts besides the switch; the lowest of OpenAI's is none of them. */
// https://api-docs.deepseek.com/guides/thinking_mode
export const thinkingWithEffort: Quirk = {
  name: 'thinking-with-effort',
  request(body) {
    const { reasoning_effort: effort, ...rest } = body;
    const type = switchOf(body);
    if (type === undefined) return body;
    const known = effort === 'minimal' ? 'low' : effort;
    return { ...rest, thinking: { type }, ...(type === 'enabled' && effort != null && { reasoning_effort: known }) };
  },
};

/** Kimi's models before K3 have the switch; K3 has efforts, and always thinks. */
// https://platform.kimi.ai/docs/api/chat
export const kimiThinking: Quirk = {
  name: 'kimi-thinking',
  request(body, call) {
    if (!call.model.startsWith('kimi-k3')) return thinkingSwitch.request?.(body, call) ?? body;
    if (body['thinking'] === undefined) return body;
    const { thinking: _switch, ...rest } = body;
    return rest;
  },
};

/** What is asked for; Anthropic's further members, such as a budget, are not known here. */
function switchOf({ reasoning_effort: effort, thinking }: JsonObject): unknown {
  if (effort == null && thinking == null) return undefined;
  const { type = effort === 'none' ? 'disabled' : 'enabled' } = Object(thinking) as { type?: unknown };
  return type === 'adaptive' ? 'enabled' : type;
}
