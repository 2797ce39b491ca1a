/** One chat request: how it is read, and the call that carries it to one deployment, over the network or within the process. */
import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamConnections } from '../../clients/upstream-connections.service.js';
import { openAiChatFormat } from '../../core/dialects/openai-chat/format.js';
import { parseChatRequest, type ParsedChatRequest } from '../../core/dialects/openai-chat/parse-request.js';
import { mockAnswer } from '../../core/providers/demo/mock-answer.js';
import type { ChatCompletionRequest } from '../../core/schema/openai/chat.js';
import type { Deployment, NativeCall, RunningCall } from '../../core/spec/index.js';
import { ProviderCall } from '../../core/transport/execute-call.js';
import { fetchMedia } from '../../core/transport/fetch-media.js';
import { LocalCall } from '../../core/transport/local-call.js';
import { translate } from '../../core/transport/translation.js';
import { withClientCredentials, withoutCredentials } from '../client-credentials.js';
import type { OpenExchange, Operation, OutputSize, StartedCall } from '../operation.js';
import { readRequestSettings, type RequestSettings } from '../request-settings.js';
import { callOptions } from '../call-options.js';
import { sentTextOf } from './sent-text.js';

/** @throws GatewayError for a body that is no chat request */
export function readChatOperation(bytes: Buffer, headers: IncomingHttpHeaders): Operation {
  const parsed = parseChatRequest(bytes);
  return new ChatOperation(parsed, readRequestSettings(parsed.body, headers));
}

class ChatOperation implements Operation {
  readonly callType = 'acompletion';

  constructor(
    private readonly parsed: ParsedChatRequest,
    readonly settings: RequestSettings<ChatCompletionRequest>,
  ) {}

  get model(): string {
    return this.parsed.body.model;
  }

  get bodyBytes(): number {
    return this.parsed.bytes.length;
  }

  get stream(): boolean {
    return this.parsed.stream;
  }

  get reservedMembers(): readonly string[] {
    return this.parsed.reservedMembers;
  }

  get output(): OutputSize {
    const { n, max_completion_tokens, max_tokens } = this.parsed.body;
    return { answers: n, maxTokens: max_completion_tokens ?? max_tokens };
  }

  start(
    exchange: OpenExchange,
    configured: Deployment,
    connections: UpstreamConnections,
  ): StartedCall | Promise<StartedCall> {
    const ownCredentials = this.reservedMembers.length > 0;
    const deployment = ownCredentials ? withClientCredentials(configured, this.parsed.body) : configured;
    const outgoing = this.callFor(exchange, deployment, ownCredentials);
    const mock = deployment.mockResponse;
    const local = mock === undefined ? deployment.provider.local : mockAnswer(mock);
    if (local) {
      return { deployment, call: new LocalCall(local, outgoing, openAiChatFormat, exchange, exchange.clock) };
    }
    const urls = deployment.provider.chat?.remoteMedia?.(outgoing) ?? [];
    if (urls.length === 0) return startProviderCall(exchange, this.settings, deployment, outgoing, connections);
    return fetchMedia(urls, (origin) => connections.dispatcherTo(origin, 'restricted')).then((media) =>
      startProviderCall(exchange, this.settings, deployment, { ...outgoing, media }, connections),
    );
  }

  private callFor(exchange: OpenExchange, deployment: Deployment, ownCredentials: boolean): NativeCall {
    const given = ownCredentials ? withoutCredentials(this.settings.body) : this.settings.body;
    const { defaults } = deployment;
    return {
      body: hasMembers(defaults) ? { ...defaults, ...given } : given,
      bytes: this.parsed.bytes,
      model: deployment.model,
      stream: this.stream,
      endpoint: deployment.endpoint,
      parameters: deployment.parameters,
      created: Math.floor(exchange.startedAtMs / 1000),
      responseId: `chatcmpl-${exchange.requestId}`,
    };
  }
}

function startProviderCall(
  exchange: OpenExchange,
  settings: RequestSettings,
  deployment: Deployment,
  outgoing: NativeCall,
  connections: UpstreamConnections,
): StartedCall {
  const options = callOptions(exchange, settings, outgoing.stream, deployment, connections);
  const translation = translate(deployment, outgoing, openAiChatFormat);
  const call: RunningCall = new ProviderCall(deployment, outgoing.stream, translation, exchange, options);
  return { deployment, call, sentText: () => sentTextOf(call, deployment, outgoing) };
}

function hasMembers(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
