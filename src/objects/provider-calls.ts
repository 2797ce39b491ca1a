/** Asks providers about what they keep: one call each, over the deployment's own connections, never tried again by itself. */
import { PassThrough, type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { CLOCK } from '../config/ports.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type {
  AnswerHead,
  AnswerSink,
  Clock,
  Deployment,
  InboundResponse,
  OutboundRequest,
  WholeAnswer,
} from '../core/spec/index.js';
import { ProviderCall, type CallOptions } from '../core/transport/execute-call.js';
import { ContentTranslation, ObjectTranslation } from '../core/transport/object-translation.js';

type ParseError = (response: InboundResponse) => GatewayError;

export interface Download {
  readonly head: AnswerHead;
  /** Whoever reads slowly is waited for; whoever destroys it closes the connection. */
  readonly body: Readable;
}

/** The silence of a provider that is sending a file is borne for so long. */
const downloadIdleMs = 60_000;
/** An object that is not there within this time will not come: a client asks again sooner than it waits. */
const objectTimeoutMs = 120_000;

@Injectable()
export class ProviderCalls {
  constructor(
    private readonly connections: UpstreamConnections,
    private readonly catalog: CatalogService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The object that `request` is answered with.
   *
   * @throws GatewayError what the provider or the connection to it says, or what the body's own stream has thrown
   */
  async ask<Answer>(
    deployment: Deployment,
    request: OutboundRequest,
    read: (response: InboundResponse) => Answer,
    parseError: ParseError,
  ): Promise<Answer> {
    const translation = new ObjectTranslation(deployment.provider.id, request, read, parseError);
    const sink = new ObjectSink<Answer>();
    // An upload takes as long as it takes, within the deployment's own bounds.
    const timeoutMs = request.bodyStream ? this.longestMs(deployment) : objectTimeoutMs;
    await new ProviderCall(deployment, false, translation, sink, this.options(deployment, timeoutMs)).run();
    return sink.answer;
  }

  /**
   * Resolves once the provider has begun to send.
   *
   * @throws GatewayError as `ask`; what fails later breaks the body off
   */
  download(deployment: Deployment, request: OutboundRequest, parseError: ParseError): Promise<Download> {
    return new Promise((resolve, reject) => {
      const body = new PassThrough();
      // Whoever reads the body hears of its errors; before that nobody does.
      body.on('error', () => undefined);
      const begun = (head: AnswerHead): void => resolve({ head, body });
      const options = { ...this.options(deployment, this.longestMs(deployment)), idleTimeoutMs: downloadIdleMs };
      const translation = new ContentTranslation(request, parseError);
      const call = new ProviderCall(deployment, true, translation, new ContentSink(body, begun), options);
      body.once('close', () => call.abort(new GatewayError('client_closed')));
      call.run().then(
        () => {
          body.end();
          // A file with nothing in it has begun and ended at once.
          begun({ status: 200, headers: {} });
        },
        (failure: unknown) => {
          const error = failure instanceof Error ? failure : new GatewayError('internal', { cause: failure });
          reject(error);
          body.destroy(error);
        },
      );
    });
  }

  private longestMs(deployment: Deployment): number {
    return deployment.timeoutMs ?? this.catalog.current().router.timeoutMs;
  }

  private options(deployment: Deployment, totalTimeoutMs: number): CallOptions {
    return {
      dispatcher: this.connections.dispatcherFor(deployment),
      dispatcherTo: this.connections.dispatcherTo,
      credentials: this.connections.credentials,
      clock: this.clock,
      totalTimeoutMs,
      idleTimeoutMs: undefined,
      maxResponseBytes: this.catalog.current().maxResponseBytes,
    };
  }
}

/** What a provider says of an object that it has lost names an id that the client does not know. */
export async function underOurId<Answer>(id: string, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'upstream_not_found') throw error;
    const reason = `The provider has no object ${id} any more.`;
    throw new GatewayError('object_not_found', { facts: { reason }, detail: error.message, cause: error });
  }
}

class ObjectSink<Answer> implements AnswerSink<Answer, never> {
  private given: WholeAnswer<Answer> | undefined;

  get answer(): Answer {
    if (!this.given) throw new GatewayError('internal', { detail: 'A call ended without its answer.' });
    return this.given.answer;
  }

  whole(answer: WholeAnswer<Answer>): void {
    this.given = answer;
  }

  begin(): void {}

  part(): boolean {
    return true;
  }

  onDrain(): void {}
}

class ContentSink implements AnswerSink<never, Buffer> {
  constructor(
    private readonly body: PassThrough,
    readonly begin: (head: AnswerHead) => void,
  ) {}

  whole(): void {}

  part(bytes: Buffer): boolean {
    return this.body.write(bytes);
  }

  onDrain(resume: () => void): void {
    this.body.once('drain', resume);
  }
}
