/** The product's router before made-up upstreams, in virtual time: requests arrive, are routed, and what becomes of them is measured. */
import { DeploymentRouter } from '../../router/router.js';
import type { Attempt, RoutedRequest, RoutePlan } from '../../router/route-plan.js';
import { plainRules, type RoutingStrategy } from '../../router/routing-rules.js';
import type { Random } from '../../spec/clock.js';
import type { Deployment } from '../../spec/deployment.js';
import { madeUpDeployment } from '../deployments.js';
import { GroupRecord } from './figures.js';
import { seededRandom, untilNextMs } from './seeded-random.js';
import { drawSize, meanAnswerMs, SimulatedUpstream, type Ask } from './simulated-upstream.js';
import { VirtualTime } from './virtual-time.js';
import { lastArrivalMs, type Place, type Scenario } from './weather.js';

export interface SimulatedGroup {
  readonly scenario: Scenario;
  readonly size: number;
  /** Requests a second for each of its deployments, on average. */
  readonly perSecond: number;
}

/** Longer than any attempt may take: a request can try again after one that never answered. */
const deadlineMs = 120_000;
/** The deployments' own paces lie between these: no two are alike. */
const [fastest, slowest] = [0.85, 1.15];
/** Every other deployment costs this much more. */
const [price, dearerPrice] = ['0.000001', '0.000002'];

/**
 * The same groups, seed and strategy come to the same figures, and every strategy gets the same requests.
 *
 * @returns each group's record in its place
 */
export async function simulate(
  groups: readonly SimulatedGroup[],
  strategy: RoutingStrategy,
  seed: number,
): Promise<GroupRecord[]> {
  const time = new VirtualTime();
  const router = new DeploymentRouter(seededRandom(seed, 1), time);
  const running = groups.map((group, index) => new RunningGroup(group, index, seed, { time, router, strategy }));
  for (const group of running) group.begin();
  await time.run();
  return running.map(({ record }) => record);
}

interface Stage {
  readonly time: VirtualTime;
  readonly router: DeploymentRouter;
  readonly strategy: RoutingStrategy;
}

class RunningGroup {
  readonly record: GroupRecord;
  private readonly upstreams = new Map<Deployment, SimulatedUpstream>();
  private readonly troubled = new Set<Deployment>();
  private readonly plan: RoutePlan;
  private readonly arrivals: Random;
  private requests = 0;

  constructor(
    private readonly group: SimulatedGroup,
    private readonly number: number,
    private readonly seed: number,
    private readonly stage: Stage,
  ) {
    const paces = seededRandom(seed, 2, number);
    const modelGroup = `group-${number}`;
    for (let index = 0; index < group.size; index += 1) this.open(modelGroup, { index, size: group.size }, paces);
    this.plan = {
      modelGroup,
      deployments: [...this.upstreams.keys()],
      maxRetries: 2,
      retryAfterMs: 0,
      rules: { ...plainRules, strategy: stage.strategy },
      stream: false,
    };
    this.arrivals = seededRandom(seed, 3, number);
    this.record = new GroupRecord(group.scenario, this.troubled.size, group.perSecond);
  }

  begin(): void {
    const { time } = this.stage;
    time.after(untilNextMs(this.arrivals, this.group.perSecond * this.group.size), () => {
      if (time.monotonic() >= lastArrivalMs) return;
      this.begin();
      void this.ask();
    });
  }

  private open(modelGroup: string, place: Place, paces: Random): void {
    const { time } = this.stage;
    const { scenario, perSecond } = this.group;
    const deployment = madeUpDeployment({
      id: `${modelGroup}-${place.index}`,
      modelGroup,
      prices: { inputPerToken: place.index % 2 === 0 ? price : dearerPrice, outputPerToken: '0' },
    });
    const isTroubled = scenario.isTroubled(place);
    const weatherAt = (nowMs: number) => (isTroubled ? scenario.weather(place, nowMs) : {});
    const pace = fastest + paces() * (slowest - fastest);
    const fairLoad = (perSecond * meanAnswerMs) / 1_000;
    this.upstreams.set(deployment, new SimulatedUpstream(time, pace, fairLoad, perSecond, weatherAt));
    if (isTroubled) this.troubled.add(deployment);
  }

  private async ask(): Promise<void> {
    const { time, router } = this.stage;
    const random = seededRandom(this.seed, 4, this.number, this.requests);
    this.requests += 1;
    const ask: Ask = { stream: random() < 0.5, size: drawSize(random), random };
    const arrivedAt = time.monotonic();
    let attempts = 0;
    let tookMs = NaN;
    const attempt: Attempt = async (deployment, notes) => {
      const upstream = this.upstreams.get(deployment);
      if (upstream === undefined) throw new Error(`${deployment.id} is none of the group.`);
      attempts += 1;
      const answer = upstream.answer(ask, notes, () => (tookMs = time.monotonic() - arrivedAt));
      if (this.troubled.has(deployment))
        this.record.troubledHas(upstream.inFlight / upstream.fairLoad, time.monotonic());
      await answer;
      if (this.troubled.has(deployment)) this.record.troubledAnswered(time.monotonic());
    };
    const request = new SimulatedRequest(time, arrivedAt + deadlineMs);
    const answered = await router.route({ ...this.plan, stream: ask.stream }, attempt, request).then(
      () => true,
      () => false,
    );
    this.record.add({ arrivedAt, stream: ask.stream, tookMs, attempts, answered });
  }
}

class SimulatedRequest implements RoutedRequest {
  private endSleep: (() => void) | undefined;

  constructor(
    private readonly time: VirtualTime,
    private readonly deadlineAt: number,
  ) {}

  get final(): boolean {
    return this.time.monotonic() >= this.deadlineAt;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.time.after(Math.min(ms, this.deadlineAt - this.time.monotonic()), resolve);
      this.endSleep = () => {
        cancel();
        resolve();
      };
    });
  }

  wake(): void {
    this.endSleep?.();
  }
}
