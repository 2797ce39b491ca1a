/** Voyage stands for the rows without chat: its names and its shape of a rerank are the furthest from the common ones. */
import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { vectorServices } from './catalog/vector-services.js';
import { openAiCompatible } from './index.js';

const row = vectorServices.find(({ id }) => id === 'voyage');
if (!row) throw new Error('There is no row for voyage.');

describeEndpointContract(openAiCompatible(row), 'embeddings', join(__dirname, '__fixtures__/voyage/embeddings'));
describeEndpointContract(openAiCompatible(row), 'rerank', join(__dirname, '__fixtures__/voyage/rerank'));
