/** The walk of a passed request: open, admit, send, carry the answer, settle, end. */
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { CLOCK } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import { version } from '../config/version.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { usdFromNanos } from '../core/pricing/money.js';
import type { Clock, OutboundRequest } from '../core/spec/index.js';
import { RunningSlots } from '../http/running-slots.js';
import { AnswerRelay } from './answer-relay.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import { toUpstreamHeaders } from './forwarded-headers.js';
import { PassThroughAccounts } from './pass-through-accounts.service.js';
import { noAnswer, type PassedFacts, type PassThroughExchange } from './pass-through-exchange.js';
import { PassThroughOpening, type OpenedPassage } from './pass-through-opening.service.js';
import { bodyStreamOf, hasBody, type PassedBody } from './passed-request.js';
import type { Upstream } from './upstream.js';
import { upgradeOf } from './web-sockets/upgraded-requests.js';
import { protocolsWithoutKey } from './entries/given-key.js';
import { WebSocketRelay } from './web-sockets/web-socket-relay.js';

/** How long a shutdown waits for running answers. */
const shutdownGraceMs = 30_000;
/** And then for those that were aborted. */
const abortGraceMs = 5_000;
const shutdownLookMs = 25;

/** What can be ended before its time. */
interface Running {
  readonly isSession: boolean;
  abort(error: GatewayError): void;
}

@Injectable()
export class PassThroughService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Pass-through');
  private readonly running = new RunningSlots<Running>();
  private isDraining = false;

  constructor(
    private readonly opening: PassThroughOpening,
    private readonly accounts: PassThroughAccounts,
    private readonly connections: UpstreamConnections,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws GatewayError where no answer has begun; one that breaks off later ends the client's connection */
  async pass(request: FastifyRequest, reply: FastifyReply, found: FoundEntry): Promise<void> {
    if (this.isDraining) throw new GatewayError('shutting_down', { retryAfterMs: 1_000 });
    const opened = await this.opening.open(request, found, this.accounts.newRequestId());
    const exchange = exchangeOf(opened.facts);
    try {
      await this.accounts.open(exchange);
      const upgrade = upgradeOf(request.raw);
      if (upgrade) await this.relaySession(exchange, new WebSocketRelay(upgrade, this.clock), request);
      else await this.relayAnswer(exchange, opened, request, reply);
    } finally {
      this.accounts.release(exchange);
    }
  }

  /** Lets what is running end by itself for a while. Sessions have no end of their own: they are told at once. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    for (const each of this.running) if (each.isSession) each.abort(new GatewayError('shutting_down'));
    await this.idle(shutdownGraceMs);
    for (const each of this.running) each.abort(new GatewayError('shutting_down'));
    await this.idle(abortGraceMs);
  }

  private async relayAnswer(
    exchange: PassThroughExchange,
    { facts, body }: OpenedPassage,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { upstream, reading } = facts;
    const relay = new AnswerRelay(reply, {
      provider: upstream.provider,
      reading,
      clock: this.clock,
      timeoutMs: upstream.timeoutMs ?? facts.catalog.router.timeoutMs,
      idleTimeoutMs: upstream.deployment?.streamTimeoutMs,
      headers: () => this.answerHeaders(exchange),
      checkpoint: () => this.accounts.checkpoint(exchange),
    });
    exchange.answer = relay;
    await this.follow(exchange, { isSession: false, abort: (error) => relay.abort(error) }, reply, async () => {
      const sent = await this.authorized(facts, request, body);
      const stream = hasBody(request.raw) && !body.bytes ? bodyStreamOf(request.raw) : undefined;
      await relay.run((handler) =>
        this.dispatcherTo(upstream).dispatch(
          {
            origin: sent.origin,
            path: sent.path,
            method: request.method,
            headers: sent.headers,
            body: stream ?? body.bytes ?? null,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          handler,
        ),
      );
    });
    relay.finish();
  }

  private async relaySession(
    exchange: PassThroughExchange,
    relay: WebSocketRelay,
    request: FastifyRequest,
  ): Promise<void> {
    const { facts } = exchange;
    exchange.answer = relay;
    const running = { isSession: true, abort: (error: GatewayError) => relay.abort(error) };
    await this.follow(exchange, running, undefined, async () => {
      const { origin, path, headers } = await this.authorized(facts, request, undefined);
      // Compressed messages could not be read for their usage.
      const { 'sec-websocket-extensions': _none, 'sec-websocket-protocol': _offered, ...rest } = headers;
      const protocols = protocolsWithoutKey(request.headers);
      const offered = { ...rest, ...(protocols !== undefined && { 'sec-websocket-protocol': protocols }) };
      await relay.run({
        dispatcher: this.dispatcherTo(facts.upstream),
        request: { origin, path, headers: offered },
        provider: facts.upstream.provider,
        headers: this.answerHeaders(exchange),
        checkpoint: () => this.accounts.checkpoint(exchange),
      });
    });
    relay.finish();
  }

  /** Settles whatever came of `work`, and lets the client know where it failed. */
  private async follow(
    exchange: PassThroughExchange,
    running: Running,
    reply: FastifyReply | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    const slot = this.running.add(running);
    try {
      await work();
      await this.accounts.settle(exchange, exchange.answer.failure);
    } catch (thrown) {
      const error = thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown });
      if (error.code === 'internal') this.logger.error({ message: error.message, cause: error.cause });
      await this.accounts.settle(exchange, error);
      if (!exchange.answer.head) throw error;
      // Its client sees that something is missing.
      reply?.raw.destroy();
    } finally {
      this.running.remove(slot);
    }
  }

  private async authorized(
    { upstream, found }: PassedFacts,
    request: FastifyRequest,
    body: PassedBody | undefined,
  ): Promise<OutboundRequest> {
    const { entry } = found;
    const headers = toUpstreamHeaders(request.headers, {
      forwardsAll: entry.kind === 'native' || entry.forwardsHeaders,
      keyHeader: this.settings.general.keyHeaderName,
      plainAnswer: upstream.deployment !== undefined,
    });
    const length = request.headers['content-length'];
    const signed = await upstream.authorize({
      method: request.method as OutboundRequest['method'],
      origin: upstream.origin,
      path: upstream.path,
      headers,
      ...(upstream.signsBody && { body: body?.bytes ?? Buffer.alloc(0) }),
    });
    // Only what Node has checked: a body that is sent while it comes has the length that its client has announced.
    const announced = body && !body.bytes && hasBody(request.raw) && length !== undefined;
    return { ...signed, headers: { ...signed.headers, ...(announced && { 'content-length': length }) } };
  }

  private dispatcherTo({ origin, egress }: Upstream): Dispatcher {
    return this.connections.dispatcherTo(origin, egress);
  }

  private answerHeaders({ facts, grant }: PassThroughExchange): Record<string, string> {
    const { costNanos } = facts.upstream;
    const headers: Record<string, string> = { 'x-litellm-call-id': facts.requestId, 'x-litellm-version': version };
    if (costNanos > 0n) headers['x-litellm-response-cost'] = String(usdFromNanos(costNanos));
    grant?.addHeaders?.({ add: (name, value) => (headers[name] = value) });
    return headers;
  }

  private async idle(longestMs: number): Promise<void> {
    const deadline = this.clock.monotonic() + longestMs;
    while (this.running.size > 0 && this.clock.monotonic() < deadline) await pause(shutdownLookMs);
  }
}

function exchangeOf(facts: PassedFacts): PassThroughExchange {
  return { facts, answer: noAnswer, grant: undefined, attemptGrant: undefined, ticket: undefined };
}
