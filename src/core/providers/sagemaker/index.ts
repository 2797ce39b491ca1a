/** Amazon SageMaker: endpoints of one's own, by the dialect that their containers speak. */
import type { ProviderDefinition } from '../../spec/provider.js';
import { awsAuthentication } from '../bedrock/authenticate.js';
import { regionVariables } from '../bedrock/aws-address.js';
import { awsCredentialExchange } from '../bedrock/credentials/exchange.js';
import { embeddings } from './embeddings.js';
import { locate } from './endpoint-address.js';
import { openAiChat } from './openai-chat.js';
import { textChat } from './text-chat.js';

const shared: Omit<ProviderDefinition, 'id' | 'displayName' | 'credentialExchange' | 'authenticate'> = {
  env: {
    settings: { aws_region_name: regionVariables },
    credentials: {
      awsAccessKeyId: ['AWS_ACCESS_KEY_ID'],
      awsSecretAccessKey: ['AWS_SECRET_ACCESS_KEY'],
      awsSessionToken: ['AWS_SESSION_TOKEN'],
    },
  },
  locate,
  needsApiKey: false,
};

export const sagemaker: ProviderDefinition = {
  ...shared,
  id: 'sagemaker',
  displayName: 'Amazon SageMaker (text)',
  credentialExchange: awsCredentialExchange('sagemaker'),
  authenticate: awsAuthentication('sagemaker', 'sagemaker'),
  chat: textChat,
  embeddings,
};

export const sagemakerChat: ProviderDefinition = {
  ...shared,
  id: 'sagemaker_chat',
  displayName: 'Amazon SageMaker',
  credentialExchange: awsCredentialExchange('sagemaker_chat'),
  authenticate: awsAuthentication('sagemaker_chat', 'sagemaker'),
  chat: openAiChat,
};
