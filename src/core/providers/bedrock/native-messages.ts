/** The native pair for clients of Anthropic's Messages API before Claude on Bedrock: InvokeModel, its frames taken off the stream. */
import type { MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { NativeAdapter } from '../../spec/chat-adapter.js';
import { nativeMessages } from '../anthropic/native-messages.js';
import { claudeHost } from './claude-host.js';
import { createClaudeStreamParser } from './invoke.js';
import { addressed, withoutOwn } from './invoke-address.js';
import { InvokeStreamTap } from './invoke-stream-tap.js';
import { readModel } from './model-id.js';
import { eventStreamType } from './provider-id.js';

const native = nativeMessages(claudeHost);

/** For Claude alone, where its name says so and does not ask for Converse. */
export const nativeClaude: NativeAdapter<MessagesRequest> = {
  streamMediaTypes: [eventStreamType],
  accepts(call) {
    const { maker, asked } = readModel(call.model, call.parameters.provider);
    return maker === 'anthropic' && asked !== 'converse' && native.accepts(call);
  },
  remoteMedia: (call) => native.remoteMedia?.(call) ?? [],
  buildRequest: (call) => addressed(native.buildRequest(withoutOwn(call)), call),
  readResponse: (response, call) => native.readResponse(response, call),
  createStreamTap: () => new InvokeStreamTap(),
  createStreamParser: createClaudeStreamParser,
};
