import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { deepgram } from './index.js';

for (const endpoint of ['speech', 'transcription'] as const)
  describeEndpointContract(deepgram, endpoint, join(__dirname, '__fixtures__', endpoint));
