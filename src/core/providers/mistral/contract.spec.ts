import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { mistral } from './index.js';

const fixtures = join(__dirname, '__fixtures__');

describeProviderContract(mistral, fixtures);
describeEndpointContract(mistral, 'embeddings', join(fixtures, 'embeddings'));
describeEndpointContract(mistral, 'moderations', join(fixtures, 'moderations'));
describeEndpointContract(mistral, 'transcription', join(fixtures, 'transcription'));
