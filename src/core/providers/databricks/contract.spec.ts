import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { databricks } from './index.js';

describeProviderContract(databricks, join(__dirname, '__fixtures__'));
describeEndpointContract(databricks, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
