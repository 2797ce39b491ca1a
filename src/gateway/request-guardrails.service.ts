/** Where guardrails stand in the walk of a request: before its call, beside it, before its answer, and before what is kept of it. */
import { Injectable } from '@nestjs/common';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Principal } from '../auth/principal.js';
import { AnswerGuard } from '../guardrails/answer-guard.js';
import { checkTexts } from '../guardrails/check-texts.js';
import type { GuardPlan } from '../guardrails/guard-plan.js';
import { guardBesideCall, guardRequest } from '../guardrails/guard-request.js';
import { GuardrailEngine } from '../guardrails/guardrail-engine.service.js';
import { take } from '../guardrails/steps.js';
import { putTexts } from '../guardrails/surfaces/put-texts.js';
import { surfaceOf } from '../guardrails/surfaces/surface-of.js';
import type { JsonObject, Surface } from '../guardrails/surfaces/surface.js';
import type { KeptPayload } from '../spend/payload-store.service.js';
import type { AnswerStage } from './answer-stage.js';
import type { LlmExchange } from './llm-exchange.js';
import type { Asked, LlmRequest } from './llm-request.js';
import type { Operation, ReadOperation } from './operation.js';
import { RequestAccounts } from './request-accounts.service.js';
import type { RequestGuard } from './request-guard.js';
import { operationWith } from './request-overrides.js';
import { tagsOf } from './settlement.js';

@Injectable()
export class RequestGuardrails {
  constructor(
    private readonly engine: GuardrailEngine,
    private readonly accounts: RequestAccounts,
  ) {}

  /**
   * Undefined where none applies.
   *
   * @throws GatewayError `unknown_guardrail` for one that the request names
   */
  plan({ settings }: Operation, principal: Principal, catalog: CatalogSnapshot): GuardPlan | undefined {
    return this.engine.plan(catalog, {
      ofCaller: principal.guardrails ?? [],
      withoutDefaults: principal.withoutDefaultGuardrails === true,
      asked: settings.guardrails,
      tags: tagsOf(settings.tags, principal.tags) ?? [],
    });
  }

  open(asked: Asked, plan: GuardPlan, { bytes }: LlmRequest): RequestGuard {
    const { principal, operation, requestId } = asked;
    const { keyHash, keyAlias, userId, teamId, tags } = principal;
    const surface = surfaceOf(operation.callType);
    const run = this.engine.open(plan, {
      requestId,
      model: operation.model,
      callType: operation.callType,
      keyHash,
      keyAlias,
      userId,
      teamId,
      endUser: operation.settings.endUser,
      tags: tagsOf(operation.settings.tags, tags) ?? [],
    });
    return { run, surface, source: surface.takesForms ? textsOf(operation.settings.given) : bytes.toString() };
  }

  /**
   * The request as guardrails leave it: read again where they have changed it, and on another way where they say so.
   *
   * @throws GatewayError `guardrail_blocked` and others, before any provider has heard of the request
   */
  async lookAtRequest(exchange: LlmExchange, { headers }: LlmRequest, read: ReadOperation): Promise<void> {
    const { guard, route } = exchange;
    if (!guard || guard.run.plan.pre_call.length === 0) return;
    const { changed, route: model } = await guardRequest(guard.run, 'pre_call', guard.surface, guard.source);
    if (changed !== undefined) {
      guard.source = changed;
      const bytes = Buffer.from(changed);
      guard.bytes = bytes;
      route.reread(read(bytes, headers), operationWith({ bytes, headers }, read));
    }
    if (model === undefined || model === route.model) return;
    route.redirect(model);
    this.accounts.release(exchange);
    await this.accounts.admit(exchange);
  }

  /** What the answer passes before its client; undefined where nobody looks. One for each attempt, but for a stream that goes on. */
  stageFor(exchange: LlmExchange): AnswerStage | undefined {
    const { guard, stage, continuation, outlet, catalog } = exchange;
    if (!guard || (stage && continuation)) return stage;
    const { run, surface, source } = guard;
    const { post_call: after, during_call: beside } = run.plan;
    if (after.length + beside.length + run.originals.size === 0) return undefined;
    if (beside.length > 0) guard.during ??= guardBesideCall(run, surface, source);
    return new AnswerGuard({
      run,
      surface,
      next: outlet,
      during: guard.during,
      abort: (error) => exchange.abort(error),
      maxHeldChars: catalog.maxResponseBytes,
    });
  }

  /** What is to be kept, as the guardrails for logs leave it; null where one of them wants none of it kept. */
  async beforeKeeping({ run, surface }: RequestGuard, payload: KeptPayload): Promise<KeptPayload | null> {
    try {
      const request = payload.request && (await this.loggedRequest(run, surface, payload.request));
      const response = payload.response && (await this.loggedAnswer(run, surface, payload.response));
      return { ...payload, request, response };
    } catch {
      // Its result is in the log already: refused, or failed closed. Nobody but the log waits for it.
      return null;
    }
  }

  private async loggedRequest(run: RequestGuard['run'], surface: Surface, source: string): Promise<string> {
    return (await guardRequest(run, 'logging_only', surface, source)).changed ?? source;
  }

  /** A whole answer, or `{stream: true, content}`. */
  private async loggedAnswer(run: RequestGuard['run'], surface: Surface, source: string): Promise<string> {
    const body = JSON.parse(source) as JsonObject;
    const { stream, content } = body;
    const isStream = stream === true && typeof content === 'string';
    const reading = isStream
      ? { texts: [{ path: ['content'], text: content, role: 'assistant' as const }], tools: [], toolCalls: [] }
      : surface.readAnswer?.(body);
    if (!reading) return source;
    const { texts } = await take(checkTexts(run, 'logging_only', 'answer', reading));
    return putTexts(source, reading.texts, texts);
  }
}

/** Of a form that was read already, the texts. */
function textsOf(given: JsonObject): string {
  return JSON.stringify(Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === 'string')));
}
