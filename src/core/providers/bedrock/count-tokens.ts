/** Bedrock's CountTokens, for Claude: the body of an InvokeModel request in an envelope. It is not billed. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
import { GatewayError } from '../../errors/gateway-error.js';
import type { TokenCountAdapter, TokenCountCall } from '../../spec/token-count-adapter.js';
import { betasOf } from '../anthropic/betas.js';
import { countedMembers, readCount } from '../anthropic/count-tokens.js';
import { inRegion } from './aws-address.js';
import { claudeHost } from './claude-host.js';
import { modelPath, readModel } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { providerId } from './provider-id.js';

/** InvokeModel wants a limit, on which the count does not depend. */
const anyLimit = 1_024;

export const claudeCounts: TokenCountAdapter = {
  tokenizer: 'bedrock_api',
  accepts: ({ model, parameters }) => readModel(model, parameters.provider).name.startsWith('anthropic.'),
  buildRequest(call) {
    const { endpoint, model, parameters } = call;
    const { name, region } = readModel(model, parameters.provider);
    const { 'anthropic-beta': _betas, ...headers } = parameters.extraHeaders ?? {};
    return {
      method: 'POST',
      origin: inRegion(endpoint.origin, region),
      // Models are counted for under their own names alone, never under those of inference profiles.
      path: modelPath(endpoint.basePath, name, 'count-tokens'),
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ input: { invokeModel: { body: base64(invokeBody(call)) } } }),
    };
  },
  parseResponse: ({ body }) => ({ answer: readCount(body, 'inputTokens', providerId), usage: undefined }),
  parseError(response) {
    const error = parseAwsError(response, providerId);
    const { message, detail } = error;
    // Not every Claude is counted for, and the request is not to blame for it.
    return /support\w* counting tokens|support\w* token counting/i.test(message)
      ? new GatewayError('upstream_not_found', { message, detail, provider: providerId })
      : error;
  },
};

function invokeBody(call: TokenCountCall): object {
  const betas = betasOf(call, claudeHost);
  return {
    ...countedMembers(call),
    ...(betas.length > 0 && { anthropic_beta: betas }),
    anthropic_version: claudeHost.bodyVersion,
    max_tokens: anyLimit,
  };
}

function base64(body: object): string {
  return Buffer.from(JSON.stringify(body)).toString('base64');
}
