import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { huggingface } from './index.js';

const fixtures = join(__dirname, '__fixtures__');

describeProviderContract(huggingface, fixtures);
describeEndpointContract(huggingface, 'embeddings', join(fixtures, 'embeddings'));
describeEndpointContract(huggingface, 'rerank', join(fixtures, 'rerank'));
