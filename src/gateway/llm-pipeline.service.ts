/** The spine of the data plane: every model request passes these steps, read from top to bottom. */
import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { CLOCK } from '../config/ports.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock } from '../core/spec/index.js';
import { AnswerSource, type Attempt } from './answer-source.service.js';
import { AnswerHeaders } from './answer-headers.js';
import { describeAttempt } from './attempt-notes.js';
import { keepPayload } from './payload-of.js';
import { LlmExchange, type ExchangeEvents } from './llm-exchange.js';
import type { LlmRequest } from './llm-request.js';
import { refuseCutOff } from './cut-off-answer.js';
import { mockFailure, withMocks } from './mocked-answers.js';
import type { ReadOperation } from './operation.js';
import { RequestAccounts } from './request-accounts.service.js';
import { RequestOpening } from './request-opening.service.js';
import { responseHeaders } from './response-headers.js';
import { RunningExchanges } from './running-exchanges.js';
import { attemptOf, progressOf } from './settlement.js';
import type { SseWriter } from './sse-writer.js';

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
  private readonly running = new RunningExchanges();
  private draining = false;

  constructor(
    private readonly opening: RequestOpening,
    private readonly connections: UpstreamConnections,
    private readonly accounts: RequestAccounts,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly answers: AnswerSource,
  ) {}

  /** Answers one request of the endpoint that `read` reads for, through `writer`; never rejects. */
  async answer(request: LlmRequest, read: ReadOperation, writer: SseWriter): Promise<void> {
    let exchange: LlmExchange | undefined;
    let slot: number | undefined;
    try {
      const opened = await this.open(request, read, writer);
      exchange = opened;
      slot = this.running.add(opened);
      const admitted = this.accounts.admit(opened);
      if (admitted) await admitted;
      if (opened.guard) await this.opening.guardrails.lookAtRequest(opened, request, read);
      await this.answers.answer(opened, this.attempt);
      await this.settle(opened, undefined);
      this.respond(opened);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      this.report(error, exchange);
      if (exchange) await this.settleFailure(exchange, error);
      writer.fail(error, exchange ? responseHeaders(exchange) : new AnswerHeaders());
    } finally {
      if (slot !== undefined) this.running.remove(slot);
      if (exchange) this.accounts.release(exchange);
      if (exchange?.ticket) keepPayload(request, exchange, this.accounts.payloads, this.opening.guardrails);
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
  private async open(request: LlmRequest, read: ReadOperation, writer: SseWriter): Promise<LlmExchange> {
    this.refuseWhileDraining();
    const { asked, route } = await this.opening.open(this.accounts.newRequestId(), request, read);
    this.refuseWhileDraining();
    const exchange = new LlmExchange(asked, route, writer, this.clock, exchangeEvents);
    if (asked.guardrails) exchange.guard = this.opening.guardrails.open(asked, asked.guardrails, request);
    return exchange;
  }

  private refuseWhileDraining(): void {
    if (this.draining) throw new GatewayError('shutting_down', { retryAfterMs: 1_000 });
  }

  /** One attempt on one deployment. */
  private readonly attempt: Attempt = async (exchange, configured, notes) => {
    const { operation } = exchange.route;
    const mocks = operation.settings.routing?.mocks;
    const asked = mocks ? withMocks(configured, mocks) : configured;
    exchange.hasNext = notes.hasNext === true;
    exchange.stage = exchange.guard && this.opening.guardrails.stageFor(exchange);
    // Over its budget it has not failed.
    notes.unrepresentative = true;
    const { reservation } = await this.accounts.admitAttempt(exchange, configured);
    const started = await operation.start(exchange, asked, this.connections);
    exchange.attach(started);
    const { call, deployment } = started;
    exchange.onBegin = deployment === configured ? notes.began : undefined;
    await this.accounts.begin(exchange, deployment);
    let error: GatewayError | undefined;
    try {
      if (mocks) await mockFailure(mocks, exchange);
      await call.run();
      await exchange.stage?.finish();
      if (exchange.route.fallsBackOnRefusal) refuseCutOff(exchange);
    } catch (thrown) {
      error = asGatewayError(thrown);
      if (exchange.final) await exchange.stage?.fail();
      this.accounts.noteFailure(exchange, error);
      throw error;
    } finally {
      describeAttempt(notes, started, deployment === configured, operation.settings, error);
      exchange.attempts.push(attemptOf(exchange, deployment, error, reservation));
    }
  };

  private settle(exchange: LlmExchange, error: GatewayError | undefined): Promise<void> {
    return this.accounts.settle(exchange, this.clock.now(), error);
  }

  /** Never rejects: its client is to hear of the failure, whatever becomes of the account. */
  private async settleFailure(exchange: LlmExchange, error: GatewayError): Promise<void> {
    try {
      await this.settle(exchange, error);
    } catch (thrown) {
      this.report(asGatewayError(thrown), exchange);
    }
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
