/** Asks the provider that keeps a response for it, at the deployment that made it. */
import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import { UpstreamConnections } from '../../clients/upstream-connections.service.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { AnswerSink, Clock, Deployment, StoredResponseRequest, Usage } from '../../core/spec/index.js';
import { ProviderCall, type CallOptions } from '../../core/transport/execute-call.js';
import { StoredResponseTranslation } from '../../core/transport/stored-response-translation.js';
import type { StoredResponse } from '../../objects/responses/stored-response.js';
import type { SseWriter } from '../sse-writer.js';
import { findMaker } from './response-keepers.js';
import { AnswerHeaders } from '../answer-headers.js';

export interface ProvidersAnswer {
  /** Undefined where it was streamed. */
  readonly body: Buffer | undefined;
  /** Undefined where it is not known, or not yet. */
  readonly usage: Usage | undefined;
  readonly deployment: Deployment;
}

@Injectable()
export class ProviderResponsesService {
  constructor(
    private readonly catalog: CatalogService,
    private readonly connections: UpstreamConnections,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Writes a stream as it comes, and gives back an answer that is whole and what its response has cost.
   *
   * @throws GatewayError `object_not_found` where the deployment is gone; what the provider or the connection says
   */
  async ask(
    stored: StoredResponse,
    request: Omit<StoredResponseRequest, 'id'>,
    writer: SseWriter,
  ): Promise<ProvidersAnswer> {
    const catalog = this.catalog.current();
    const deployment = findMaker(catalog, stored);
    if (!deployment) {
      const reason = `The response ${stored.id} is kept by the deployment ${stored.deploymentId}, which is no longer configured.`;
      throw new GatewayError('object_not_found', { facts: { reason } });
    }
    const { provider, model, endpoint, parameters } = deployment;
    const asked = { ...request, id: stored.id, model, endpoint, parameters };
    const sink = new WriterSink(writer);
    const options = this.options(deployment, request.stream, catalog);
    const translation = new StoredResponseTranslation(provider, asked);
    const call = new ProviderCall(deployment, request.stream, translation, sink, options);
    writer.onClientLeft(() => call.abort(new GatewayError('client_closed')));
    await call.run();
    return { body: sink.answer, usage: call.usage, deployment };
  }

  private options(deployment: Deployment, stream: boolean, { router, maxResponseBytes }: CatalogSnapshot): CallOptions {
    const { connections, clock } = this;
    return {
      dispatcher: connections.dispatcherFor(deployment),
      dispatcherTo: connections.dispatcherTo,
      credentials: connections.credentials,
      clock,
      totalTimeoutMs: deployment.timeoutMs ?? router.timeoutMs,
      idleTimeoutMs: stream ? (deployment.streamTimeoutMs ?? router.streamTimeoutMs) : undefined,
      maxResponseBytes,
    };
  }
}

class WriterSink implements AnswerSink<Buffer, Buffer> {
  answer: Buffer | undefined;

  constructor(private readonly writer: SseWriter) {}

  whole({ answer }: { readonly answer: Buffer }): void {
    this.answer = answer;
  }

  begin(): void {
    this.writer.begin(new AnswerHeaders());
  }

  part(part: Buffer): boolean {
    return this.writer.write(part);
  }

  onDrain(resume: () => void): void {
    this.writer.onDrain(resume);
  }
}
