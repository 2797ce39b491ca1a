/** Quirk: thinking is switched by `enable_thinking`, with `thinking_budget` as its limit in tokens. */
// https://www.alibabacloud.com/help/en/model-studio/deep-thinking , https://docs.siliconflow.com/en/userguide/capabilities/reasoning
import type { Quirk } from '../quirk.js';

export const enableThinking: Quirk = {
  name: 'enable-thinking',
  request(body) {
    const { reasoning_effort: effort, thinking, ...rest } = body;
    if (effort === undefined && thinking === undefined) return body;
    const { type, budget_tokens: budget } = Object(thinking) as { type?: unknown; budget_tokens?: unknown };
    return {
      ...rest,
      enable_thinking: thinking === undefined ? effort !== 'none' : type !== 'disabled',
      ...(typeof budget === 'number' && { thinking_budget: budget }),
    };
  },
};
