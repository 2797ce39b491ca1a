import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { stability } from './index.js';

for (const endpoint of ['images'] as const)
  describeEndpointContract(stability, endpoint, join(__dirname, '__fixtures__', endpoint));
