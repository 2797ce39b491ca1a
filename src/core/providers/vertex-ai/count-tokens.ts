/** Token counting on Vertex AI: countTokens for Gemini, and Anthropic's own for Claude, which has an address for all its models. */
// https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens
import type { TokenCountAdapters } from '../../spec/token-count-adapter.js';
import { countMessages } from '../anthropic/count-tokens.js';
import { countContents } from '../gemini/count-tokens.js';
import { methodPath } from './address.js';
import { claudeHost } from './claude.js';
import { readModel } from './model-family.js';
import { providerId } from './provider-id.js';

/** What follows the place in a base that names a publisher or a model already. */
const belowPlace = /\/(?:publishers|endpoints)(?:\/.*)?$/;

export const tokenCounts: TokenCountAdapters = {
  'anthropic-messages': countMessages({
    ...claudeHost,
    tokenizer: 'vertex_ai_partner_models',
    accepts: ({ model }) => readModel(model).family === 'claude',
    path: ({ endpoint }) =>
      methodPath(endpoint.basePath.replace(belowPlace, ''), 'publishers/anthropic/models/count-tokens', 'rawPredict'),
    members: ({ model }) => ({ anthropic_version: 'vertex-2023-10-16', model: readModel(model).name }),
  }),
  'gemini-generate-content': countContents({
    provider: providerId,
    tokenizer: 'vertex_ai',
    accepts: ({ model }) => readModel(model).family === 'gemini',
    path: ({ endpoint, model }) => methodPath(endpoint.basePath, readModel(model).resource, 'countTokens'),
    body: (members) => members,
  }),
};
