/** Where one request may go: the model that it asks for, the deployments that its key, tags and members allow, and what stands in for them. */
import { checkModelAccess, mayUseModel, modelDenial, resolveModelAlias } from '../auth/model-access.js';
import type { FoundModel } from '../catalog/catalog-snapshot.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { askWithFallbacks, FallbackChain, type FallbackRules, type FallbackTarget } from '../core/router/fallbacks.js';
import { filterByTags } from '../core/router/filter-by-tags.js';
import { deploymentsIn, type RequestFacts } from '../core/router/pre-call-checks.js';
import type { RoutePlan } from '../core/router/route-plan.js';
import type { Deployment } from '../core/spec/index.js';
import { estimateTokens } from '../core/tokens/estimate-tokens.js';
import { allowingDeployments } from './client-credentials.js';
import type { Asked } from './llm-request.js';
import type { Operation } from './operation.js';
import type { RequestRouting } from './request-routing.js';

/** A prompt that is shorter is not kept in a provider's cache: where it goes is all the same. */
const leastCachedPromptBytes = 4_096;

export class RequestRoute {
  /** The group that is asked now. */
  model: string;
  /** The request as it is put to that group. */
  operation: Operation;
  fallbacksTried = 0;
  /** The one that the request is for: as the client named it, or what stands in for a model over its budget. */
  group: string;
  /** The request as guardrails have left it. */
  private base: Operation;
  private found: FoundModel;
  private chain: FallbackChain | undefined;

  /**
   * @param path the matched route, for error texts
   * @param withOverrides the request with other members, for fallbacks that bring some
   * @throws GatewayError for a model that does not exist, or that the key may not use
   */
  constructor(
    private readonly asked: Asked,
    private readonly path: string,
    private withOverrides: (overrides: Readonly<Record<string, unknown>>) => Operation,
  ) {
    this.operation = this.base = asked.operation;
    this.model = modelFor(asked);
    this.group = this.model;
    this.found = this.allowed(this.model);
    this.chain = this.openChain(asked.operation.settings.routing);
  }

  /**
   * Routes to the requested group and, where that fails, to its fallbacks.
   *
   * @throws GatewayError the requested group's failure
   */
  follow(route: (plan: RoutePlan) => Promise<void>, request: { readonly final: boolean }): Promise<void> {
    const { chain } = this;
    if (chain === undefined) return route(this.planFor(this.found, false));
    const ask = (target: FallbackTarget, hasMore: boolean): Promise<void> => {
      const found = this.turnTo(target);
      const mocked = this.fallbacksTried === 0 ? this.routing?.mocks.firstGroupError : undefined;
      if (mocked) return Promise.reject(new GatewayError(mocked, { message: 'Made up, as the request asks for.' }));
      return route(this.planFor(found, hasMore));
    };
    return askWithFallbacks(chain, this.model, ask, request);
  }

  /** The deployments of the group that is asked now. */
  get candidates(): readonly Deployment[] {
    return this.found.deployments;
  }

  /** Turns to another group before anybody was asked; false where there is none, or the key may not use it. */
  standsIn(model: string): boolean {
    const found = this.asked.catalog.find(model);
    if (!found || !this.mayGoTo(model, found)) return false;
    this.found = found;
    this.model = this.group = model;
    this.chain = this.openChain(this.routing);
    return true;
  }

  /** The request was changed before anybody was asked; whom it goes to stays. */
  reread(operation: Operation, withOverrides: (overrides: Readonly<Record<string, unknown>>) => Operation): void {
    this.operation = this.base = operation;
    this.withOverrides = withOverrides;
    this.chain = this.openChain(this.routing);
  }

  /**
   * Turns to another group before anybody was asked.
   *
   * @throws GatewayError for one that does not exist, or that the key may not use
   */
  redirect(model: string): void {
    this.found = this.allowed(model);
    this.model = this.group = model;
    this.chain = this.openChain(this.routing);
  }

  /** True where an answer that a content policy has cut off is to be had from another group. */
  get fallsBackOnRefusal(): boolean {
    return this.chain?.hasContentPolicy(this.model) ?? false;
  }

  private get routing(): RequestRouting | undefined {
    return this.base.settings.routing;
  }

  private turnTo({ model, overrides }: FallbackTarget): FoundModel {
    if (model === this.model) return this.found;
    this.model = model;
    this.fallbacksTried += 1;
    this.operation = overrides && Object.keys(overrides).length > 0 ? this.withOverrides(overrides) : this.base;
    return this.allowed(model);
  }

  private allowed(model: string): FoundModel {
    const { catalog, principal } = this.asked;
    const found = catalog.find(model);
    checkModelAccess(principal, model, found);
    if (!this.customerMayUse(model, found))
      throw new GatewayError('customer_model_access_denied', { param: 'model', facts: { model } });
    if (found) return found;
    throw new GatewayError('unknown_model', { param: 'model', facts: { model, route: this.path } });
  }

  private mayGoTo(model: string, found: FoundModel): boolean {
    return modelDenial(this.asked.principal, model, found) === null && this.customerMayUse(model, found);
  }

  private customerMayUse(model: string, found: FoundModel | null): boolean {
    const { customer } = this.asked;
    return customer === undefined || mayUseModel(customer.models, model, found?.accessGroups);
  }

  private openChain(routing: RequestRouting | undefined): FallbackChain | undefined {
    const { fallbacks } = this.asked.catalog.router;
    const own = routing && withOwn(fallbacks, routing, this.model);
    if (routing?.fallbacksDisabled)
      return routing.mocks.firstGroupError ? this.chainOf({ ...none, most: 0 }) : undefined;
    // What a request itself names must be there, and be the key's to use.
    for (const { model } of own?.named ?? []) this.allowed(model);
    const rules = own?.rules ?? fallbacks;
    const isEmpty =
      rules.general.size + rules.contextWindow.size + rules.contentPolicy.size + rules.defaults.length === 0;
    return isEmpty && routing?.mocks.firstGroupError === undefined ? undefined : this.chainOf(rules);
  }

  private chainOf(rules: FallbackRules): FallbackChain {
    return new FallbackChain(this.model, rules, (model) => {
      const found = this.asked.catalog.find(model);
      return found !== null && this.mayGoTo(model, found);
    });
  }

  private planFor(found: FoundModel, hasFallback: boolean): RoutePlan {
    const { catalog, principal } = this.asked;
    const { settings, reservedMembers, stream } = this.operation;
    const { router } = catalog;
    const { tagFiltering: tags, rules } = router;
    const tagged = tags.enabled
      ? filterByTags(found.deployments, [...settings.tags, ...principal.tags], tags.matchAny)
      : found.deployments;
    return {
      modelGroup: this.model,
      deployments: this.inRegion(
        allowingDeployments(this.operation.eligible?.(tagged, catalog) ?? tagged, reservedMembers),
      ),
      maxRetries: settings.maxRetries ?? mostRetries(found.deployments) ?? router.numRetries,
      retryAfterMs: router.retryAfterMs,
      rules,
      stream,
      hasFallback,
      affinityKey: this.affinityKey(),
      priority: settings.routing?.priority ?? router.defaultPriority,
      ...(rules.checks.fitness && { facts: () => this.facts() }),
    };
  }

  /** A customer's region holds whatever is checked besides. */
  private inRegion(deployments: readonly Deployment[]): readonly Deployment[] {
    const region = this.asked.customer?.region;
    if (region === undefined) return deployments;
    const there = deploymentsIn(deployments, region);
    if (there.length === 0) throw new GatewayError('no_deployment', { facts: { model: this.model } });
    return there;
  }

  private affinityKey(): string | undefined {
    const { principal, catalog } = this.asked;
    const { session, prompt, key } = catalog.router.affinity;
    const { operation } = this;
    if (session && operation.settings.sessionId !== undefined) return operation.settings.sessionId;
    const start = prompt && operation.bodyBytes >= leastCachedPromptBytes ? operation.promptStart?.() : undefined;
    if (start !== undefined) return start;
    return key ? principal.keyHash : undefined;
  }

  private facts(): RequestFacts {
    const { bodyBytes, settings } = this.operation;
    const params = Object.keys(settings.body).filter((member) => !noParameters.has(member));
    return { promptTokens: estimateTokens(bodyBytes), params, region: settings.routing?.region };
  }
}

/** The model that was asked for, or the customer's own where that one has no deployment in the customer's region. */
function modelFor({ operation, principal, customer, catalog }: Asked): string {
  const model = resolveModelAlias(principal, operation.model);
  if (customer?.region === undefined || customer.defaultModel === undefined) return model;
  const found = catalog.find(model);
  const isThere = found === null || deploymentsIn(found.deployments, customer.region).length > 0;
  return isThere ? model : customer.defaultModel;
}

const none: FallbackRules = {
  general: new Map(),
  contextWindow: new Map(),
  contentPolicy: new Map(),
  defaults: [],
  most: 5,
};

/** What every chat request has. */
const noParameters: ReadonlySet<string> = new Set(['model', 'messages', 'stream', 'stream_options']);

/** The configured rules with the request's own fallbacks in place of those that the model has there. */
function withOwn(
  rules: FallbackRules,
  routing: RequestRouting,
  model: string,
): { rules: FallbackRules; named: readonly FallbackTarget[] } {
  const { fallbacks, contextWindowFallbacks, contentPolicyFallbacks } = routing;
  const replaced = (map: FallbackRules['general'], own: readonly FallbackTarget[]): FallbackRules['general'] =>
    own.length === 0 ? map : new Map([...map, [model, own]]);
  return {
    rules: {
      ...rules,
      general: replaced(rules.general, fallbacks),
      contextWindow: replaced(rules.contextWindow, contextWindowFallbacks),
      contentPolicy: replaced(rules.contentPolicy, contentPolicyFallbacks),
    },
    named: [...fallbacks, ...contextWindowFallbacks, ...contentPolicyFallbacks],
  };
}

/** `max_retries` of the model's deployments; undefined where none of them sets it. */
function mostRetries(deployments: readonly Deployment[]): number | undefined {
  let most: number | undefined;
  for (const { maxRetries } of deployments) {
    if (maxRetries !== undefined && !(most !== undefined && most >= maxRetries)) most = maxRetries;
  }
  return most;
}
