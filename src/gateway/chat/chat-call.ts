/** Makes the call that carries one chat exchange to one deployment: over the network, or within the process. */
import type { UpstreamConnections } from '../../clients/upstream-connections.service.js';
import { openAiChatFormat } from '../../core/dialects/openai-chat/format.js';
import { mockAnswer } from '../../core/providers/demo/mock-answer.js';
import type { ChatCall, Deployment, NativeCall, RunningCall } from '../../core/spec/index.js';
import { ProviderCall } from '../../core/transport/execute-call.js';
import { LocalCall } from '../../core/transport/local-call.js';
import { translate } from '../../core/transport/translation.js';
import type { ChatExchange } from './chat-exchange.js';
import { withClientCredentials, withoutCredentials } from './client-credentials.js';

export interface StartedCall {
  readonly call: RunningCall;
  /** The deployment as it is called: with the client's own address or key, where it may set them. */
  readonly deployment: Deployment;
  /** What is asked of the provider. */
  readonly outgoing: ChatCall;
}

/** @throws GatewayError for what the deployment's provider cannot be asked */
export function startCall(
  exchange: ChatExchange,
  configured: Deployment,
  connections: UpstreamConnections,
): StartedCall {
  const { parsed, settings, catalog } = exchange.asked;
  const ownCredentials = parsed.reservedMembers.length > 0;
  const deployment = ownCredentials ? withClientCredentials(configured, parsed.body) : configured;
  const outgoing = callFor(exchange, deployment, ownCredentials);
  const local = deployment.mockResponse === undefined ? deployment.provider.local : mockAnswer(deployment.mockResponse);
  if (local) {
    return { deployment, outgoing, call: new LocalCall(local, outgoing, openAiChatFormat, exchange, exchange.clock) };
  }
  const { router } = catalog;
  // A time-out is the request's: what earlier attempts took is gone.
  exchange.deadlineAt = exchange.startedAt + (settings.timeoutMs ?? deployment.timeoutMs ?? router.timeoutMs);
  const translation = translate(deployment, outgoing, openAiChatFormat);
  const call = new ProviderCall(deployment, outgoing.stream, translation, exchange, {
    dispatcher: connections.dispatcherFor(deployment),
    credentials: connections.credentials,
    clock: exchange.clock,
    totalTimeoutMs: Math.max(1, exchange.deadlineAt - exchange.clock.monotonic()),
    idleTimeoutMs: outgoing.stream
      ? (settings.streamTimeoutMs ?? deployment.streamTimeoutMs ?? router.streamTimeoutMs)
      : undefined,
    maxResponseBytes: catalog.maxResponseBytes,
  });
  return { deployment, outgoing, call };
}

function callFor(
  { asked, startedAtMs, stream }: ChatExchange,
  deployment: Deployment,
  ownCredentials: boolean,
): NativeCall {
  const given = ownCredentials ? withoutCredentials(asked.settings.body) : asked.settings.body;
  const { defaults } = deployment;
  return {
    body: hasMembers(defaults) ? { ...defaults, ...given } : given,
    bytes: asked.parsed.bytes,
    model: deployment.model,
    stream,
    endpoint: deployment.endpoint,
    parameters: deployment.parameters,
    created: Math.floor(startedAtMs / 1000),
    responseId: `chatcmpl-${asked.requestId}`,
  };
}

function hasMembers(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
