import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { gemini } from './index.js';

const fixtures = join(__dirname, '__fixtures__');

describeProviderContract(gemini, fixtures);
describeEndpointContract(gemini, 'embeddings', join(fixtures, 'embeddings'));
describeEndpointContract(gemini, 'images', join(fixtures, 'images'));
