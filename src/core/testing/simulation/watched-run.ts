/** Plays a made-up world with the product's router in virtual time, and tells every promise that it has broken. */
import { GatewayError } from '../../errors/gateway-error.js';
import { askWithFallbacks, FallbackChain, type FallbackRules, type FallbackTarget } from '../../router/fallbacks.js';
import { DeploymentRouter } from '../../router/router.js';
import type { Attempt, RoutePlan } from '../../router/route-plan.js';
import { plainRules, type RoutingRules } from '../../router/routing-rules.js';
import type { Deployment } from '../../spec/deployment.js';
import { madeUpDeployment } from '../deployments.js';
import { orderOfFallbacks, type AskedGroup } from './order-of-fallbacks.js';
import { groupNames, type GroupName, type MadeUpRequest, type World } from './made-up-world.js';
import { seededRandom } from './seeded-random.js';
import { VirtualTime } from './virtual-time.js';
import { WatchedClient } from './watched-client.js';
import { WatchedDeployment } from './watched-deployment.js';

/** Nothing younger is left out of the count of a deployment's requests. */
const surelyCountedMs = 55_000;

/** @returns the promises that were broken; none where all is well */
export async function breachesIn(world: World): Promise<string[]> {
  const run = new WatchedRun(world);
  await run.play();
  return run.breaches;
}

class WatchedRun {
  readonly breaches: string[] = [];
  private readonly time = new VirtualTime();
  private readonly router: DeploymentRouter;
  private readonly rules: RoutingRules;
  private readonly fallbacks: FallbackRules;
  private readonly groups = new Map<string, Deployment[]>();
  private readonly watched = new Map<Deployment, WatchedDeployment>();
  private ended = 0;

  constructor(private readonly world: World) {
    this.router = new DeploymentRouter(seededRandom(world.seed), this.time);
    this.rules = rulesOf(world);
    this.fallbacks = fallbacksOf(world);
    for (const name of groupNames) this.openGroup(name);
  }

  async play(): Promise<void> {
    const { requests } = this.world;
    for (const asked of requests) this.time.after(asked.atMs, () => void this.ask(asked));
    await this.time.run();
    if (this.ended !== requests.length) this.tell(`${requests.length - this.ended} requests never ended`);
    for (const { deployment, state, hasFailed, running } of this.watched.values()) {
      if (state.inFlight !== 0 || running !== 0) this.tell(`${state.inFlight} are left on ${deployment.id}`);
      if (!hasFailed && state.breaker.stateAt(this.time.monotonic()) !== 'closed')
        this.tell(`${deployment.id} is out although nothing was its fault`);
    }
    if (this.router['selector']['line']['waiting'].length > 0) this.tell('somebody still waits for a place');
    if (this.router['budget']['groups'].size > 0) this.tell('the retry budget still counts requests');
  }

  private tell(breach: string): void {
    this.breaches.push(`${this.time.monotonic()} ms: ${breach}`);
  }

  private openGroup(name: GroupName): void {
    const made = this.world.groups[name].map(({ behaviours, weight, rpm, routing }, index) => {
      const deployment = madeUpDeployment({ id: `${name}-${index}`, modelGroup: name, weight, rpm, routing });
      const tell = (breach: string): void => this.tell(breach);
      const state = this.router.states.of(deployment);
      this.watched.set(deployment, new WatchedDeployment(deployment, state, behaviours, this.time, tell));
      return deployment;
    });
    this.groups.set(name, made);
  }

  private async ask(asked: MadeUpRequest): Promise<void> {
    const client = new WatchedClient(asked, this.time);
    const mayUse = (model: string): boolean => asked.mayUse.some((name) => name === model);
    const chain = new FallbackChain(asked.group, this.fallbacks, mayUse);
    const way: AskedGroup[] = [];
    const errors: unknown[] = [];
    const route = async (target: FallbackTarget, hasMore: boolean): Promise<void> => {
      const group: AskedGroup = { model: target.model };
      way.push(group);
      try {
        await this.route(target.model, hasMore, client);
      } catch (error) {
        if (error instanceof GatewayError) group.code = error.code;
        errors.push(error);
        throw error;
      }
    };
    const thrown = await askWithFallbacks(chain, asked.group, route, client).then(
      () => undefined,
      (error: unknown) => error,
    );
    this.ended += 1;
    this.checkEnd(client, thrown, errors);
    const expected = orderOfFallbacks(way, this.fallbacks, mayUse);
    const models = way.map(({ model }) => model);
    // A request that is over stops wherever it is.
    if (client.final) expected.length = Math.min(expected.length, models.length);
    if (models.join() !== expected.join()) this.tell(`asked ${models.join()} in place of ${expected.join()}`);
  }

  private checkEnd(client: WatchedClient, thrown: unknown, errors: readonly unknown[]): void {
    const { asked, deadlineAt } = client;
    const leftAt = asked.leavesAfterMs === undefined ? Infinity : asked.atMs + asked.leavesAfterMs;
    if (this.time.monotonic() > Math.min(deadlineAt, leftAt)) this.tell('a request ended after its time');
    if (thrown === undefined) return;
    if (!(thrown instanceof GatewayError)) this.tell('threw what is no GatewayError');
    if (!client.final && thrown !== errors[0]) this.tell('told another failure than that of the requested group');
  }

  private async route(model: string, hasFallback: boolean, client: WatchedClient): Promise<void> {
    const { asked } = client;
    const deployments = this.groups.get(model) ?? [];
    const plan: RoutePlan = {
      modelGroup: model,
      deployments,
      maxRetries: asked.maxRetries,
      retryAfterMs: 0,
      rules: this.rules,
      stream: asked.stream,
      hasFallback,
      affinityKey: asked.affinityKey,
      priority: asked.priority,
    };
    const tried: Deployment[] = [];
    const attempt: Attempt = async (deployment, notes) => {
      this.checkAttempt(deployment, plan, tried, client);
      tried.push(deployment);
      await this.watched.get(deployment)?.play(client, notes);
    };
    const wasOver = client.final;
    try {
      await this.router.route(plan, attempt, client);
    } catch (error) {
      if (tried.length === 0 && !wasOver) this.checkRefusal(error, plan, client);
      throw error;
    }
  }

  /** Without an attempt: only where nobody is there, a fallback stands by, or there are limits. */
  private checkRefusal(error: unknown, { deployments, hasFallback }: RoutePlan, client: WatchedClient): void {
    const code = error instanceof GatewayError ? error.code : undefined;
    if (code === 'no_deployment' && (deployments.length === 0 || hasFallback)) return;
    const hasLimits = deployments.some((one) => this.placesOf(one) < Infinity || this.hasRateLimit(one));
    if (code === 'deployments_limited' && hasLimits) return;
    this.tell(`refused ${client.asked.group} with ${code} without an attempt`);
  }

  private checkAttempt(
    deployment: Deployment,
    plan: RoutePlan,
    tried: readonly Deployment[],
    client: WatchedClient,
  ): void {
    const watched = this.watched.get(deployment);
    if (watched === undefined || !plan.deployments.includes(deployment))
      return this.tell('a deployment of another group');
    if (client.final) this.tell(`asked ${deployment.id} for a request that is over`);
    const most = 1 + Math.max(plan.maxRetries, ...Object.values(this.rules.retries));
    if (tried.length >= most) this.tell(`more than ${most} attempts in ${plan.modelGroup}`);
    watched.noteBegin(
      Math.min(this.rules.cooldown.cooldownMs, deployment.routing?.cooldownMs ?? Infinity),
      this.placesOf(deployment),
    );
    this.checkChoice(watched, plan, tried);
  }

  private checkChoice(watched: WatchedDeployment, plan: RoutePlan, tried: readonly Deployment[]): void {
    const { deployment, wasAdmitted, begins } = watched;
    const since = this.time.monotonic() - surelyCountedMs;
    if (this.hasRateLimit(deployment) && begins.filter((at) => at > since).length > (deployment.rpm ?? Infinity))
      this.tell(`${deployment.id} got more than its rpm`);
    const others = plan.deployments.filter(
      (one) => one !== deployment && !tried.includes(one) && !this.hasRateLimit(one),
    );
    const admitted = others.filter((one) => this.watched.get(one)?.admits());
    if (!wasAdmitted && admitted.length > 0) this.tell(`asked ${deployment.id}, which is out, while others are not`);
    if (!wasAdmitted && plan.hasFallback && tried.length === 0)
      this.tell(`asked ${deployment.id}, which is out, while a fallback stands by`);
    if (tried.includes(deployment) && others.length > 0) this.tell(`asked ${deployment.id} again before others`);
    const orderOf = ({ routing }: Deployment): number => routing?.order ?? Infinity;
    const free = admitted.filter((one) => (this.watched.get(one)?.state.inFlight ?? 0) < this.placesOf(one));
    if (wasAdmitted && free.some((one) => orderOf(one) < orderOf(deployment)))
      this.tell(`asked ${deployment.id} before one of a lower order`);
  }

  private placesOf({ routing }: Deployment): number {
    return routing?.maxParallelRequests ?? this.rules.maxParallelRequests ?? Infinity;
  }

  private hasRateLimit({ rpm }: Deployment): boolean {
    return this.rules.checks.rateLimits && rpm !== undefined;
  }
}

function rulesOf({ rules }: World): RoutingRules {
  const { strategy, coolsDown, cooldownMs, allowedFails, allowedFailsByClass, retries, enforcesLimits } = rules;
  return {
    ...plainRules,
    strategy,
    cooldown: { disabled: !coolsDown, cooldownMs, allowedFails, allowedFailsByClass },
    retries,
    checks: { fitness: false, health: false, rateLimits: enforcesLimits },
    maxParallelRequests: rules.maxParallelRequests,
    maxQueuedRequests: rules.maxQueuedRequests,
  };
}

function fallbacksOf({ fallbacks }: World): FallbackRules {
  const targetsOf = (models: readonly string[]): FallbackTarget[] => models.map((model) => ({ model }));
  const mapOf = (groups: Readonly<Record<string, readonly string[] | undefined>>): FallbackRules['general'] =>
    new Map(Object.entries(groups).map(([name, models]) => [name, targetsOf(models ?? [])]));
  return {
    general: mapOf(fallbacks.general),
    contextWindow: mapOf(fallbacks.contextWindow),
    contentPolicy: mapOf(fallbacks.contentPolicy),
    defaults: targetsOf(fallbacks.defaults),
    most: fallbacks.most,
  };
}
