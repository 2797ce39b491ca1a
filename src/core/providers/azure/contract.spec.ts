import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { azure } from './index.js';

describeProviderContract(azure, join(__dirname, '__fixtures__'));
for (const endpoint of ['embeddings', 'images', 'speech', 'transcription'] as const)
  describeEndpointContract(azure, endpoint, join(__dirname, '__fixtures__', endpoint));
