/** Chat on Bedrock: Converse, or InvokeModel for the models and routes that ask for it. */
import type { ChatAdapter, ChatCall } from '../../spec/chat-adapter.js';
import { remoteAddresses, withFetchedMedia } from '../anthropic/remote-media.js';
import { buildConverseRequest } from './converse/build-request.js';
import { supportedParams } from './converse/model-family.js';
import { parseConverseResponse } from './converse/parse-response.js';
import { ConverseStreamParser } from './converse/parse-stream.js';
import { invokeAdapter } from './invoke.js';
import { readModel } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { eventStreamType, providerId } from './provider-id.js';

const parseError: ChatAdapter['parseError'] = (response) => parseAwsError(response, providerId);

const converse: ChatAdapter = {
  supportedParams: (model) => supportedParams(readModel(model)),
  passesUnknownParams: true,
  buildRequest: buildConverseRequest,
  parseResponse: parseConverseResponse,
  createStreamParser: (call) => new ConverseStreamParser(call),
  parseError,
};

export const chat: ChatAdapter = {
  supportedParams: (model) => adapterFor(model, {}).supportedParams(model),
  passesUnknownParams: true,
  streamMediaTypes: [eventStreamType],
  // Bedrock takes bytes and places in S3: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageSource.html
  remoteMedia: (call) => remoteAddresses(call.body),
  buildRequest: (call) => adapterOf(call).buildRequest(withFetchedMedia(call)),
  parseResponse: (response, call) => adapterOf(call).parseResponse(response, call),
  createStreamParser: (call) => adapterOf(call).createStreamParser(call),
  parseError,
};

function adapterOf({ model, parameters }: ChatCall): ChatAdapter {
  return adapterFor(model, parameters.provider);
}

/** Converse answers for every model that takes it, also where `invoke/` was asked of one that has no body of its own here. */
function adapterFor(model: string, settings: Readonly<Record<string, unknown>>): ChatAdapter {
  const read = readModel(model, settings);
  return (read.route === 'invoke' ? invokeAdapter(read) : undefined) ?? converse;
}
