import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { watsonx } from './index.js';

describeProviderContract(watsonx, join(__dirname, '__fixtures__'));
describeEndpointContract(watsonx, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
describeEndpointContract(watsonx, 'rerank', join(__dirname, '__fixtures__/rerank'));
