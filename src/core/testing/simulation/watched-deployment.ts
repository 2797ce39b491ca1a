/** A deployment of the property test: it does what its script says, and its breaker is watched. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { AttemptNotes, DeploymentState } from '../../router/deployment-state.js';
import type { Deployment } from '../../spec/deployment.js';
import type { Behaviour } from './made-up-world.js';
import type { VirtualTime } from './virtual-time.js';
import type { WatchedClient } from './watched-client.js';

export type Tell = (breach: string) => void;

export class WatchedDeployment {
  /** Attempts that are under way, those whose stream goes on included. */
  running = 0;
  /** When attempts began. */
  readonly begins: number[] = [];
  /** A failure has been its fault. */
  hasFailed = false;
  /** Whether the breaker would have let the attempt pass that has just begun. */
  wasAdmitted = true;
  private readonly probes: { startedAt: number }[] = [];
  private turn = 0;

  constructor(
    readonly deployment: Deployment,
    readonly state: DeploymentState,
    private readonly behaviours: readonly Behaviour[],
    private readonly time: VirtualTime,
    private readonly tell: Tell,
  ) {
    this.watchBreaker();
  }

  admits(): boolean {
    return this.state.breaker.admits(this.time.monotonic());
  }

  /** @param leastCooldownMs a probe that has no answer for so long may be overtaken */
  noteBegin(leastCooldownMs: number, mostAtOnce: number): void {
    const now = this.time.monotonic();
    this.running += 1;
    this.begins.push(now);
    if (this.running > mostAtOnce)
      this.tell(`${this.running} at once on ${this.deployment.id}, which takes ${mostAtOnce}`);
    if (this.running > this.state.inFlight)
      this.tell(`${this.deployment.id} counts ${this.state.inFlight} of ${this.running}`);
    const last = this.probes.at(-2);
    if (last && this.probes.at(-1)?.startedAt === now && now < last.startedAt + leastCooldownMs)
      this.tell(`two probes at once on ${this.deployment.id}`);
  }

  /** Plays the next part of the script. @throws GatewayError */
  async play(client: WatchedClient, notes: AttemptNotes): Promise<void> {
    const behaviour = this.behaviours[this.turn % this.behaviours.length];
    this.turn += 1;
    let goesOn = false;
    try {
      if (behaviour === undefined || behaviour.kind === 'silence') await client.wait(Infinity);
      else if (behaviour.kind === 'failure') {
        await client.wait(behaviour.ms);
        const { code, retryAfterMs } = behaviour;
        throw new GatewayError(code, retryAfterMs === undefined ? {} : { retryAfterMs });
      } else goesOn = await this.answer(behaviour, client, notes);
    } catch (thrown) {
      if (thrown instanceof GatewayError) this.noteFailure(thrown);
      throw thrown;
    } finally {
      if (!goesOn) this.running -= 1;
    }
  }

  /** @returns whether the stream goes on after the attempt */
  private async answer(
    behaviour: Extract<Behaviour, { restMs: number }>,
    client: WatchedClient,
    notes: AttemptNotes,
  ): Promise<boolean> {
    const { stream, endsWithFirstPart } = client.asked;
    await client.wait(behaviour.ms);
    notes.latencyMs = behaviour.ms;
    notes.tokens = 10;
    client.begun = stream || behaviour.kind === 'break';
    if (stream && endsWithFirstPart) {
      notes.ended = client
        .wait(behaviour.restMs)
        .catch(() => undefined)
        .then(() => void (this.running -= 1));
      return true;
    }
    if (client.begun) {
      notes.began?.();
      await client.wait(behaviour.restMs);
    }
    if (behaviour.kind === 'break') throw new GatewayError(behaviour.code);
    return false;
  }

  private noteFailure(error: GatewayError): void {
    if (error.cools) this.hasFailed = true;
  }

  private watchBreaker(): void {
    const { breaker } = this.state;
    const { deployment, tell } = this;
    const enter = breaker.enter.bind(breaker);
    const leave = breaker.leave.bind(breaker);
    const fail = breaker.fail.bind(breaker);
    breaker.enter = (now) => {
      this.wasAdmitted = breaker.admits(now);
      const pass = enter(now);
      if (pass.probe) this.probes.push(pass);
      return pass;
    };
    breaker.leave = (pass) => {
      const index = this.probes.indexOf(pass);
      if (index >= 0) this.probes.splice(index, 1);
      leave(pass);
    };
    breaker.fail = (pass, now, trip, forMs, leastMs = 0) => {
      const untilBefore = now + breaker.msUntilProbe(now);
      fail(pass, now, trip, forMs, leastMs);
      const untilAfter = now + breaker.msUntilProbe(now);
      if (untilAfter < untilBefore) tell(`the time out of ${deployment.id} got shorter`);
      if (trip && untilAfter < now + leastMs) tell(`${deployment.id} asked for ${leastMs} ms and got less`);
    };
  }
}
