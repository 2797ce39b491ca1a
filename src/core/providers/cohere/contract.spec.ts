import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { cohere } from './index.js';

const fixtures = join(__dirname, '__fixtures__');

describeProviderContract(cohere, fixtures);
describeEndpointContract(cohere, 'embeddings', join(fixtures, 'embeddings'));
describeEndpointContract(cohere, 'rerank', join(fixtures, 'rerank'));
