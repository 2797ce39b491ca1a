import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { voyage } from './index.js';

describeEndpointContract(voyage, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
describeEndpointContract(voyage, 'rerank', join(__dirname, '__fixtures__/rerank'));
