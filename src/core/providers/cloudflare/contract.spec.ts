import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { cloudflare } from './index.js';

describeProviderContract(cloudflare, join(__dirname, '__fixtures__'));
describeEndpointContract(cloudflare, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
