import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { openai } from './index.js';

describeProviderContract(openai, join(__dirname, '__fixtures__'));
for (const endpoint of ['embeddings', 'images', 'transcription', 'speech', 'moderations'] as const)
  describeEndpointContract(openai, endpoint, join(__dirname, '__fixtures__', endpoint));
