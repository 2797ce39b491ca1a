/** A text completion as a chat request of the hub, for models that only chat: the prompt is what the user says. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { CompletionRequest } from '../../schema/openai/completions.js';

/** Members that are translated or ask for what happens anyway. */
const translated: ReadonlySet<string> = new Set(['prompt', 'echo', 'best_of', 'logprobs']);

/** @throws GatewayError `invalid_request` for what a chat cannot say */
export function toHubRequest(body: CompletionRequest): ChatCompletionRequest {
  const { model, best_of: bestOf, logprobs } = body;
  if (typeof bestOf === 'number' && bestOf > 1)
    throw refused('best_of', 'models that chat give one answer for each `n`');
  const rest = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !translated.has(name) && value !== null),
  );
  return {
    ...rest,
    model,
    messages: [{ role: 'user', content: promptOf(body.prompt) }],
    ...(typeof logprobs === 'number' && { logprobs: true, ...(logprobs > 0 && { top_logprobs: logprobs }) }),
  };
}

function promptOf(prompt: CompletionRequest['prompt']): string {
  if (typeof prompt === 'string') return prompt;
  const [only, ...others] = prompt;
  if (typeof only !== 'string')
    throw refused('prompt', 'token ids belong to a tokenizer that this model does not have. Send the text');
  if (others.length > 0) throw refused('prompt', 'a model that chats answers one prompt. Send them one by one');
  return only;
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\`: ${reason}.` } });
}
