/** Who waits for a free place on deployments that are full: by priority, then by time of arrival. */
import type { DeploymentState } from './deployment-state.js';

interface Waiting {
  readonly priority: number;
  readonly states: readonly DeploymentState[];
  call(called: Called): void;
}

/** Why a wait is over: a place has been handed over, or it is time to look around again. */
export type Called = DeploymentState | 'look again';

/** LiteLLM's range: lower goes first. */
export const lowestPriority = 255;

export class WaitingLine {
  /** The first to go stands first. */
  private readonly waiting: Waiting[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** How many wait for this deployment, among others. */
  lengthFor(state: DeploymentState): number {
    let length = 0;
    for (const { states } of this.waiting) if (states.includes(state)) length += 1;
    return length;
  }

  /**
   * @param isBack has stood in the line before: goes before those of the same priority
   * @returns undefined where `until` came first
   */
  async wait(
    states: readonly DeploymentState[],
    priority: number,
    until: Promise<void>,
    isBack = false,
  ): Promise<Called | undefined> {
    let reason: Called | undefined;
    let entry: Waiting | undefined;
    const over = new Promise<void>((resolve) => {
      entry = { priority, states, call: (called) => void ((reason = called), resolve()) };
      this.insert(entry, isBack);
    });
    await Promise.race([over, until]);
    const index = entry ? this.waiting.indexOf(entry) : -1;
    if (index >= 0) this.waiting.splice(index, 1);
    return reason;
  }

  /** Hands a place over to whoever stands first for it; false where nobody does. */
  handOver(state: DeploymentState): boolean {
    return this.call(state, state);
  }

  /** Tells whoever stands first for it that the place is better not taken: another one may be. */
  lookAgain(state: DeploymentState): void {
    this.call(state, 'look again');
  }

  private call(state: DeploymentState, called: Called): boolean {
    const index = this.waiting.findIndex(({ states }) => states.includes(state));
    if (index < 0) return false;
    this.waiting.splice(index, 1)[0]?.call(called);
    return true;
  }

  private insert(entry: Waiting, isBack: boolean): void {
    const goesBefore = ({ priority }: Waiting): boolean =>
      isBack ? priority >= entry.priority : priority > entry.priority;
    const index = this.waiting.findIndex(goesBefore);
    this.waiting.splice(index < 0 ? this.waiting.length : index, 0, entry);
  }
}
