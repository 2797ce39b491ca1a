/** Where a request's answer comes from: one that is kept, or deployments, whose answer is taken down on its way to the client. */
import { Injectable } from '@nestjs/common';
import type { CacheHit, CachePartial, CacheLookup, CacheMiss } from '../caching/cache-lookup.js';
import { replayAnswer } from '../caching/replay-answer.js';
import { ResponseCacheService } from '../caching/response-cache.service.js';
import type { AttemptNotes } from '../core/router/deployment-state.js';
import { DeploymentRouter } from '../core/router/router.js';
import type { Deployment } from '../core/spec/index.js';
import type { LlmExchange } from './llm-exchange.js';
import { ModelCallerService } from './model-caller.service.js';
import { RequestAccounts } from './request-accounts.service.js';
import { RequestGuardrails } from './request-guardrails.service.js';

/** Asks deployments for the answer, one after the other. */
type Ask = () => Promise<void>;

export type Attempt = (exchange: LlmExchange, deployment: Deployment, notes: AttemptNotes) => Promise<void>;

@Injectable()
export class AnswerSource {
  constructor(
    private readonly router: DeploymentRouter,
    private readonly cache: ResponseCacheService,
    private readonly models: ModelCallerService,
    private readonly accounts: RequestAccounts,
    private readonly guardrails: RequestGuardrails,
  ) {}

  /**
   * @param attempt asks one deployment
   * @throws GatewayError `invalid_request` for controls of the cache that make no sense; what kept the deployments from answering
   */
  answer(exchange: LlmExchange, attempt: Attempt): Promise<void> {
    const { route } = exchange;
    const once = (deployment: Deployment, notes: AttemptNotes): Promise<void> => attempt(exchange, deployment, notes);
    const ask = (): Promise<void> => route.follow((plan) => this.router.route(plan, once, exchange), exchange);
    return this.cache.isOn ? this.answerBy(exchange, ask) : ask();
  }

  private async answerBy(exchange: LlmExchange, ask: Ask): Promise<void> {
    const found = await this.lookup(exchange);
    switch (found.outcome) {
      case 'bypass':
        return ask();
      case 'hit':
        return this.replay(exchange, found);
      case 'miss':
        return this.record(exchange, found, ask);
      case 'partial':
        return this.complete(exchange, found, ask);
    }
  }

  private async lookup(exchange: LlmExchange): Promise<CacheLookup> {
    const { asked, route, requestId, clock } = exchange;
    const { operation } = route;
    const { principal, catalog } = asked;
    const { keyHash, userId, teamId } = principal;
    const controls = this.cache.controls(operation.settings.given['cache'], principal.cacheControls);
    const { answerKind: kind, clientHeaders: headers } = operation;
    // What a client has asked by an address or a key of its own is nobody else's business.
    if (kind === undefined || operation.reservedMembers.length > 0) return { outcome: 'bypass' };
    return this.cache.lookup({
      callType: operation.callType,
      kind,
      stream: operation.stream,
      modelGroup: route.model,
      deployments: route.candidates,
      body: operation.settings.given,
      ...(headers && { headers }),
      owner: { keyHash, userId, teamId, endUser: operation.settings.endUser },
      controls,
      embedding: {
        models: this.models,
        deploymentsOf: (group) => catalog.find(group)?.deployments ?? [],
        account: principal,
        requestId,
        signal: exchange.signal,
      },
      waitMs: Math.max(0, exchange.deadlineAt - clock.monotonic()),
      signal: exchange.signal,
    });
  }

  /** Past guardrails, as an answer that has just been made. */
  private async replay(exchange: LlmExchange, hit: CacheHit): Promise<void> {
    exchange.cached = { key: hit.key, hit };
    await this.accounts.beginKept(exchange);
    exchange.stage = exchange.guard && this.guardrails.stageFor(exchange);
    try {
      await replayAnswer(hit.answer, exchange, exchange.signal);
      if (exchange.failure) throw exchange.failure;
      await exchange.stage?.finish();
    } catch (error) {
      await exchange.stage?.fail();
      throw error;
    }
  }

  private async record(exchange: LlmExchange, { key, recording }: CacheMiss, ask: Ask): Promise<void> {
    const { model } = exchange.route;
    exchange.cached = { key };
    exchange.recording = recording;
    try {
      await ask();
      // Another group's answer stands in for this once only, and one that several deployments have made belongs to none.
      const isOwn = exchange.route.model === model && exchange.attemptsBegun <= 1;
      if (!isOwn) return recording.drop();
      const { usage, answer, streamType } = exchange;
      const contentType = answer?.contentType ?? streamType;
      recording.commit({ usage: answer?.usage ?? usage, contentType, servedBy: exchange.deployment?.id });
    } catch (error) {
      recording.drop();
      throw error;
    }
  }

  /** Asks for those embeddings that are not there, and puts them all together. */
  private async complete(exchange: LlmExchange, partial: CachePartial, ask: Ask): Promise<void> {
    const { route } = exchange;
    exchange.cached = { key: partial.key };
    if (partial.found > 0) route.narrow(partial.body);
    await ask();
    const { answer } = exchange;
    // Another model was asked for all of them: vectors of two models have nothing to do with each other.
    if (route.fallbacksTried > 0) return;
    if (answer) exchange.answer = { ...answer, answer: partial.complete(answer.answer) };
  }
}
