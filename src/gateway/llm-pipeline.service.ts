/** The spine of the data plane: every model request passes these steps, read from top to bottom. */
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { mayUseModel } from '../auth/model-access.js';
import type { Principal } from '../auth/principal.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { CLOCK, RANDOM } from '../config/ports.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { parseChatRequest } from '../core/dialects/openai-chat/parse-request.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { Router, type RoutePlan } from '../core/router/router.js';
import type { Clock, Deployment, Random } from '../core/spec/index.js';
import { SpendService } from '../spend/spend.service.js';
import { startCall } from './chat/chat-call.js';
import { ChatExchange, type ChatExchangeEvents } from './chat/chat-exchange.js';
import { attemptOf, intentOf, outcomeOf, progressOf } from './chat/chat-settlement.js';
import { allowingDeployments } from './chat/client-credentials.js';
import { readRequestSettings } from './request-settings.js';
import { responseHeaders } from './response-headers.js';
import { RunningExchanges } from './running-exchanges.js';
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

const chatEvents: ChatExchangeEvents = {
  headers: responseHeaders,
  checkpoint(exchange) {
    const progress = progressOf(exchange);
    if (progress) exchange.ticket?.checkpoint(progress);
  },
};

@Injectable()
export class LlmPipelineService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Pipeline');
  private readonly router: Router;
  private readonly running = new RunningExchanges();
  private draining = false;

  constructor(
    private readonly catalog: CatalogService,
    private readonly connections: UpstreamConnections,
    private readonly spend: SpendService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) random: Random,
  ) {
    this.router = new Router(random);
  }

  /** Answers one chat request through `writer`; never rejects. */
  async chat(request: LlmRequest, writer: SseWriter): Promise<void> {
    let exchange: ChatExchange | undefined;
    let slot: number | undefined;
    try {
      const opened = this.open(request, writer);
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
  private open(request: LlmRequest, writer: SseWriter): ChatExchange {
    if (this.draining) throw new GatewayError('shutting_down', { retryAfterMs: 1_000 });
    const parsed = parseChatRequest(request.bytes);
    const asked = {
      requestId: this.spend.newRequestId(),
      principal: request.principal,
      clientAddress: request.clientAddress,
      parsed,
      settings: readRequestSettings(parsed.body, request.headers),
      catalog: this.catalog.current(),
    };
    return new ChatExchange(asked, writer, this.clock, chatEvents);
  }

  /** Who may serve the request: of the model's deployments those that the key and the request allow. */
  private plan(request: LlmRequest, { asked }: ChatExchange): RoutePlan {
    const { model } = asked.parsed.body;
    if (!mayUseModel(request.principal.models, model)) {
      throw new GatewayError('model_access_denied', { param: 'model', facts: { model } });
    }
    const { catalog, settings } = asked;
    const found = catalog.find(model);
    if (!found) throw new GatewayError('unknown_model', { param: 'model', facts: { model, route: request.route } });
    return {
      modelGroup: model,
      deployments: allowingDeployments(found.deployments, asked.parsed.reservedMembers),
      maxRetries: settings.maxRetries ?? mostRetries(found.deployments) ?? catalog.router.numRetries,
      retryAfterMs: catalog.router.retryAfterMs,
    };
  }

  /** One attempt on one deployment. */
  private async attempt(exchange: ChatExchange, configured: Deployment): Promise<void> {
    const started = startCall(exchange, configured, this.connections);
    const { call, deployment } = started;
    exchange.call = call;
    exchange.deployment = deployment;
    exchange.outgoing = started.outgoing;
    exchange.attemptsStarted++;
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
  private async reserve(exchange: ChatExchange, deployment: Deployment): Promise<void> {
    exchange.ticket ??= await this.spend.begin(intentOf(exchange, deployment));
  }

  /** Closes the account. Requests that reached no provider have none. */
  private async settle(exchange: ChatExchange, error: GatewayError | undefined): Promise<void> {
    await exchange.ticket?.settle(outcomeOf(exchange, this.clock.now(), error));
  }

  private respond(exchange: ChatExchange): void {
    const { answer, writer } = exchange;
    if (answer) writer.whole(200, responseHeaders(exchange), answer.answer);
    else writer.end();
  }

  /** For the operator: what nobody expected, and on request why a provider could not be reached. */
  private report(error: GatewayError, exchange: ChatExchange | undefined): void {
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
