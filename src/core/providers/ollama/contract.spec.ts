import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { ollama, ollamaChat } from './index.js';

const fixtures = join(__dirname, '__fixtures__');

describeProviderContract(ollamaChat, join(fixtures, 'chat'));
describeProviderContract(ollama, join(fixtures, 'generate'));
describeEndpointContract(ollama, 'embeddings', join(fixtures, 'embeddings'));
