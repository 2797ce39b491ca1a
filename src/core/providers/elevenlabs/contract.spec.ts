import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { elevenlabs } from './index.js';

for (const endpoint of ['speech', 'transcription'] as const)
  describeEndpointContract(elevenlabs, endpoint, join(__dirname, '__fixtures__', endpoint));
