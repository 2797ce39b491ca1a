/** Amazon Bedrock: chat by Converse and InvokeModel, embeddings, rerank and pictures behind AWS's identities. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { awsAuthentication } from './authenticate.js';
import { configuredRegion, readSetting, regionVariables, serviceOrigin } from './aws-address.js';
import { chat } from './chat.js';
import { claudeCounts } from './count-tokens.js';
import { awsCredentialExchange } from './credentials/exchange.js';
import { embeddings } from './embeddings.js';
import { images } from './images.js';
import { nativeClaude } from './native-messages.js';
import { providerId } from './provider-id.js';
import { rerank } from './rerank.js';

export const bedrock: ProviderDefinition = {
  id: providerId,
  displayName: 'Amazon Bedrock',
  env: {
    baseUrl: ['AWS_BEDROCK_RUNTIME_ENDPOINT'],
    settings: { aws_region_name: regionVariables },
    // Not as `apiKey`: a configured access key goes before a token that the environment happens to hold.
    credentials: {
      awsBearerToken: ['AWS_BEARER_TOKEN_BEDROCK'],
      awsAccessKeyId: ['AWS_ACCESS_KEY_ID'],
      awsSecretAccessKey: ['AWS_SECRET_ACCESS_KEY'],
      awsSessionToken: ['AWS_SESSION_TOKEN'],
    },
  },
  /** A model's ARN or route may name another region: its requests go there. */
  locate(settings, configured) {
    const own = readSetting(settings, 'aws_bedrock_runtime_endpoint') ?? configured;
    const region = configuredRegion(settings);
    return own ?? (region === undefined ? undefined : serviceOrigin('bedrock-runtime', region));
  },
  needsApiKey: false,
  credentialExchange: awsCredentialExchange(providerId),
  authenticate: awsAuthentication(providerId, 'bedrock'),
  chat,
  native: { 'anthropic-messages': nativeClaude },
  tokenCounts: { 'anthropic-messages': claudeCounts },
  embeddings,
  rerank,
  images,
};
