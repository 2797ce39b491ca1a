/** Bedrock's adapters over documented exchanges: Converse, InvokeModel, embeddings, rerank and pictures. */
import { join } from 'node:path';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeMessagesContract } from '../../testing/messages-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { bedrock } from './index.js';

describeProviderContract(bedrock, join(__dirname, '__fixtures__'));
describeMessagesContract(bedrock, join(__dirname, '__fixtures__/messages'));
describeEndpointContract(bedrock, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
describeEndpointContract(bedrock, 'rerank', join(__dirname, '__fixtures__/rerank'));
describeEndpointContract(bedrock, 'images', join(__dirname, '__fixtures__/images'));
