/** Google's countTokens, at AI Studio and on Vertex AI. Neither bills it. */
// https://ai.google.dev/api/tokens and https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens
import type { TokenCountAdapter, TokenCountCall } from '../../spec/token-count-adapter.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { readJsonAnswer } from '../openai-compatible/read-answer.js';
import { aiStudio, resourceOf, type GeminiHost } from './gemini-host.js';
import { parseError } from './parse-error.js';

type Members = Readonly<Record<string, unknown>>;

export interface CountingHost extends Pick<GeminiHost, 'provider'> {
  readonly tokenizer: string;
  readonly accepts: TokenCountAdapter['accepts'];
  readonly path: (call: TokenCountCall) => string;
  /** @param members what the count depends on */
  readonly body: (members: Members, call: TokenCountCall) => Members;
}

/** In both of the spellings that Google reads. */
const counted: ReadonlySet<string> = new Set([
  ...['contents', 'systemInstruction', 'system_instruction', 'tools', 'generationConfig', 'generation_config'],
]);
/** What AI Studio counts within a whole request only. */
const whole: ReadonlySet<string> = new Set([...counted, ...['cachedContent', 'cached_content', 'toolConfig']]);

export const aiStudioCounts: TokenCountAdapter = countContents({
  provider: aiStudio.provider,
  tokenizer: 'gemini',
  accepts: () => true,
  path: (call) => aiStudio.path(call, 'countTokens'),
  body: ({ contents }, { model, body }) => {
    const members = pick(body, whole);
    return Object.keys(members).length === 1
      ? { contents }
      : { generateContentRequest: { model: resourceOf(model), ...members } };
  },
});

export function countContents({ provider, tokenizer, accepts, path, body }: CountingHost): TokenCountAdapter {
  return {
    tokenizer,
    accepts,
    buildRequest: (call) => ({
      method: 'POST',
      origin: call.endpoint.origin,
      path: path(call),
      headers: { 'content-type': 'application/json', ...call.parameters.extraHeaders },
      body: JSON.stringify(body(pick(call.body, counted), call)),
    }),
    parseResponse: (response) => {
      const original = readJsonAnswer(response.body, provider);
      // Google leaves out numbers that are 0.
      const { totalTokens: tokens = 0 } = original;
      if (typeof tokens === 'number') return { answer: { tokens, original }, usage: undefined };
      throw new GatewayError('upstream_invalid_response', {
        facts: { reason: 'its totalTokens is no number' },
        provider,
      });
    },
    parseError: (response) => parseError(response, provider),
  };
}

function pick(body: Members, names: ReadonlySet<string>): Members {
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => names.has(name) && value !== null));
}
