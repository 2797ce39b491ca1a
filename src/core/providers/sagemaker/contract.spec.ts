/** SageMaker's adapters over documented exchanges; streams stand as the container writes them, and are framed here. */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { join } from 'node:path';
import type { ChatAdapter, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { ProviderDefinition } from '../../spec/provider.js';
import { describeEndpointContract } from '../../testing/endpoint-contract.js';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { sagemaker, sagemakerChat } from './index.js';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/** Each piece of the container's stream as a part of its own, cut wherever the test cuts. */
function frame(bytes: Uint8Array): Uint8Array {
  const headers = {
    ':message-type': { type: 'string' as const, value: 'event' },
    ':event-type': { type: 'string' as const, value: 'PayloadPart' },
  };
  return codec.encode({ headers, body: bytes });
}

function framed(definition: ProviderDefinition): ProviderDefinition {
  const chat = definition.chat as ChatAdapter;
  const createStreamParser = (call: Parameters<ChatAdapter['createStreamParser']>[0]): ChatStreamParser => {
    const parser = chat.createStreamParser(call);
    const push = parser.push.bind(parser);
    parser.push = (bytes) => push(frame(bytes));
    return parser;
  };
  return { ...definition, chat: { ...chat, createStreamParser } };
}

describeProviderContract(framed(sagemakerChat), join(__dirname, '__fixtures__/chat'));
describeProviderContract(framed(sagemaker), join(__dirname, '__fixtures__/text'));
describeEndpointContract(sagemaker, 'embeddings', join(__dirname, '__fixtures__/embeddings'));
