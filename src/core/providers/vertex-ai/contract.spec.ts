/** Vertex AI's adapters over documented exchanges: Gemini, Claude, Mistral, AI21, open models, embeddings and Imagen. */
import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeMessagesContract } from '../../testing/messages-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { vertexAi } from './index.js';

describeProviderContract(vertexAi, join(__dirname, '__fixtures__'));
describeMessagesContract(vertexAi, join(__dirname, '__fixtures__/messages'));
describeEndpointContract(vertexAi, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
describeEndpointContract(vertexAi, 'images', join(__dirname, '__fixtures__/images'));
