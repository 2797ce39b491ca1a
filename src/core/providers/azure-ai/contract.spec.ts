import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { azureAi } from './index.js';

describeProviderContract(azureAi, join(__dirname, '__fixtures__'));
for (const endpoint of ['embeddings', 'images', 'rerank'] as const)
  describeEndpointContract(azureAi, endpoint, join(__dirname, '__fixtures__', endpoint));
