/** The spine of the data plane: every model request passes these steps, read from top to bottom. */
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { mayUseModel } from '../auth/model-access.js';
import type { Principal } from '../auth/principal.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { CLOCK, RANDOM } from '../config/ports.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { DeploymentRouter, type RoutePlan } from '../core/router/router.js';
import type { Clock, Deployment, Random } from '../core/spec/index.js';
import { SpendService } from '../spend/spend.service.js';
import { allowingDeployments } from './client-credentials.js';
import { LlmExchange, type ExchangeEvents } from './llm-exchange.js';
import type { ReadOperation } from './operation.js';
import { responseHeaders } from './response-headers.js';
import { RunningExchanges } from './running-exchanges.js';
import { attemptOf, intentOf, outcomeOf, progressOf } from './settlement.js';
import type { SseWriter } from './sse-writer.js';

/** A model request as it came in, its caller known. */
export interface LlmRequest {
  /** The matched route, for error texts. */
  readonly route: string;
  readonly principal: Principal;
  readonly headers: IncomingHttpHeaders;
  readonly clientAddress: string;
  readonly bytes: Buffer;
}

/** How long a shutdown waits for running answers. */
const shutdownGraceMs = 30_000;
/** And then for those that were aborted. */
const abortGraceMs = 5_000;
const shutdownLookMs = 25;

const exchangeEvents: ExchangeEvents = {
  headers: responseHeaders,
  checkpoint(exchange) {
    const progress = progressOf(exchange);
    if (progress) exchange.ticket?.checkpoint(progress);
  },
};

@Injectable()
export class LlmPipelineService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Pipeline');
  private readonly router: DeploymentRouter;
  private readonly running = new RunningExchanges();
  private draining = false;

  constructor(
    private readonly catalog: CatalogService,
    private readonly connections: UpstreamConnections,
    private readonly spend: SpendService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) random: Random,
  ) {
    this.router = new DeploymentRouter(random);
  }

  /** Answers one request of the endpoint that `read` reads for, through `writer`; never rejects. */
  async answer(request: LlmRequest, read: ReadOperation, writer: SseWriter): Promise<void> {
    let exchange: LlmExchange | undefined;
    let slot: number | undefined;
    try {
      const opened = this.open(request, read, writer);
      exchange = opened;
      slot = this.running.add(opened);
      await this.router.route(this.plan(request, opened), (deployment) => this.attempt(opened, deployment), opened);
      await this.settle(opened, undefined);
      this.respond(opened);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      this.report(error, exchange);
      if (exchange) await this.settle(exchange, error);
      writer.fail(error, exchange ? responseHeaders(exchange) : {});
    } finally {
      if (slot !== undefined) this.running.remove(slot);
    }
  }

  /** Lets what is running end by itself for a while; then each client is told within its answer, and its account closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.draining = true;
    await this.idle(shutdownGraceMs);
    for (const exchange of this.running) exchange.abort(new GatewayError('shutting_down'));
    await this.idle(abortGraceMs);
  }

  private async idle(longestMs: number): Promise<void> {
    const deadline = this.clock.monotonic() + longestMs;
    while (this.running.size > 0 && this.clock.monotonic() < deadline) await setTimeout(shutdownLookMs);
  }

  /** Reads what was asked. Nothing has been promised or paid for yet. */
  private open(request: LlmRequest, read: ReadOperation, writer: SseWriter): LlmExchange {
    if (this.draining) throw new GatewayError('shutting_down', { retryAfterMs: 1_000 });
    const asked = {
      requestId: this.spend.newRequestId(),
      principal: request.principal,
      clientAddress: request.clientAddress,
      operation: read(request.bytes, request.headers),
      catalog: this.catalog.current(),
    };
    return new LlmExchange(asked, writer, this.clock, exchangeEvents);
  }

  /** Who may serve the request: of the model's deployments those that the key and the request allow. */
  private plan(request: LlmRequest, { asked }: LlmExchange): RoutePlan {
    const { operation, catalog } = asked;
    const { model, settings } = operation;
    if (!mayUseModel(request.principal.models, model)) {
      throw new GatewayError('model_access_denied', { param: 'model', facts: { model } });
    }
    const found = catalog.find(model);
    if (!found) throw new GatewayError('unknown_model', { param: 'model', facts: { model, route: request.route } });
    return {
      modelGroup: model,
      deployments: allowingDeployments(found.deployments, operation.reservedMembers),
      maxRetries: settings.maxRetries ?? mostRetries(found.deployments) ?? catalog.router.numRetries,
      retryAfterMs: catalog.router.retryAfterMs,
    };
  }

  /** One attempt on one deployment. */
  private async attempt(exchange: LlmExchange, configured: Deployment): Promise<void> {
    const started = await exchange.asked.operation.start(exchange, configured, this.connections);
    exchange.attach(started);
    const { call, deployment } = started;
    await this.reserve(exchange, deployment);
    let error: GatewayError | undefined;
    try {
      await call.run();
    } catch (thrown) {
      error = asGatewayError(thrown);
      throw error;
    } finally {
      exchange.attempts.push(attemptOf(exchange, deployment, error));
    }
  }

  /** Opens the account with the first attempt: its intent is on record before any provider hears of the request. */
  private async reserve(exchange: LlmExchange, deployment: Deployment): Promise<void> {
    exchange.ticket ??= await this.spend.begin(intentOf(exchange, deployment));
  }

  /** Closes the account. Requests that reached no provider have none. */
  private async settle(exchange: LlmExchange, error: GatewayError | undefined): Promise<void> {
    await exchange.ticket?.settle(outcomeOf(exchange, this.clock.now(), error));
  }

  private respond(exchange: LlmExchange): void {
    const { answer, writer } = exchange;
    if (answer) writer.whole(200, responseHeaders(exchange), answer.answer, answer.contentType);
    else writer.end();
  }

  /** For the operator: what nobody expected, and on request why a provider could not be reached. */
  private report(error: GatewayError, exchange: LlmExchange | undefined): void {
    if (error.code !== 'internal' && error.detail === undefined) return;
    const facts = { message: error.detail ?? error.message, code: error.code, callId: exchange?.asked.requestId };
    if (error.code === 'internal') this.logger.error({ ...facts, cause: error.cause });
    else this.logger.debug(facts);
  }
}

function asGatewayError(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown });
}

/** `max_retries` of the model's deployments; undefined where none of them sets it. */
function mostRetries(deployments: readonly Deployment[]): number | undefined {
  let most: number | undefined;
  for (const { maxRetries } of deployments) {
    if (maxRetries !== undefined && !(most !== undefined && most >= maxRetries)) most = maxRetries;
  }
  return most;
}
