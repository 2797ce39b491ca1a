/** How every verb of the library that is answered in one piece asks a provider. */
import { randomUUID } from 'node:crypto';
import { connectionsFor } from './call-connections.js';
import { defaultTimeoutMs, deploymentFor, maxResponseBytes, type CallOptions } from './call-options.js';
import { GatewayError } from './errors/gateway-error.js';
import { onAbort } from './on-abort.js';
import { systemClock, type AnswerSink, type Deployment, type EndpointAdapter, type WholeAnswer } from './spec/index.js';
import { EndpointTranslation } from './transport/endpoint-translation.js';
import { ProviderCall } from './transport/execute-call.js';

/** The endpoints of a provider, by the key under which its definition has them. */
export type EndpointKey = 'embeddings' | 'rerank' | 'images' | 'transcription' | 'speech' | 'moderations';

/** @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider` */
export async function callEndpoint<Body, Answer>(
  key: EndpointKey,
  model: unknown,
  body: Body,
  options: CallOptions,
): Promise<Answer> {
  const deployment = deploymentFor(model, options);
  const translation = new EndpointTranslation<Body, Answer, Answer>(
    deployment.provider.id,
    adapterOf<Body, Answer>(deployment, key),
    {
      body,
      model: deployment.model,
      endpoint: deployment.endpoint,
      parameters: deployment.parameters,
      created: Math.floor(systemClock.now() / 1_000),
      responseId: randomUUID(),
    },
    (answer) => ({ answer }),
  );
  const connections = connectionsFor(options);
  const sink = new WholeSink<Answer>();
  const call = new ProviderCall<Answer, never>(deployment, false, translation, sink, {
    dispatcher: connections.dispatcherFor(deployment),
    dispatcherTo: (origin, egress) => connections.dispatcherTo(origin, egress),
    credentials: connections.credentials,
    clock: systemClock,
    totalTimeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    idleTimeoutMs: undefined,
    maxResponseBytes,
  });
  const ignoreSignal = onAbort(options.signal, (error) => call.abort(error));
  try {
    await call.run();
  } finally {
    ignoreSignal();
  }
  return sink.taken();
}

function adapterOf<Body, Answer>({ provider }: Deployment, key: EndpointKey): EndpointAdapter<Body, Answer> {
  const adapter = provider[key];
  if (adapter === undefined) {
    const reason = `The provider ${provider.id} does not serve ${key}.`;
    throw new GatewayError('invalid_request', { param: 'model', facts: { reason }, provider: provider.id });
  }
  // The verbs name the key together with the shapes that the contract gives it.
  return adapter as unknown as EndpointAdapter<Body, Answer>;
}

class WholeSink<Answer> implements AnswerSink<Answer, never> {
  private answer: WholeAnswer<Answer> | undefined;

  whole(answer: WholeAnswer<Answer>): void {
    this.answer = answer;
  }

  begin(): void {
    // These endpoints have no streams.
  }

  part(): boolean {
    return true;
  }

  onDrain(): void {
    // Nothing is ever held back.
  }

  taken(): Answer {
    if (this.answer === undefined) throw new GatewayError('internal', { detail: 'the call ended without an answer' });
    return this.answer.answer;
  }
}
