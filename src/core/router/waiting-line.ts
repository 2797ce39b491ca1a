/** Who waits for a free place on deployments that are full: by priority, then by time of arrival. */
import type { DeploymentState } from './deployment-state.js';

interface Waiting {
  readonly priority: number;
  readonly states: readonly DeploymentState[];
  take(state: DeploymentState): void;
}

/** LiteLLM's range: lower goes first. */
export const lowestPriority = 255;

export class WaitingLine {
  /** The first to go stands first. */
  private readonly waiting: Waiting[] = [];

  /** How many wait for this deployment, among others. */
  lengthFor(state: DeploymentState): number {
    let length = 0;
    for (const { states } of this.waiting) if (states.includes(state)) length += 1;
    return length;
  }

  /** The deployment whose place has been handed over; undefined where `until` came first. */
  async wait(
    states: readonly DeploymentState[],
    priority: number,
    until: Promise<void>,
  ): Promise<DeploymentState | undefined> {
    let given: DeploymentState | undefined;
    let entry: Waiting | undefined;
    const called = new Promise<void>((resolve) => {
      entry = { priority, states, take: (state) => void ((given = state), resolve()) };
      this.insert(entry);
    });
    await Promise.race([called, until]);
    const index = entry ? this.waiting.indexOf(entry) : -1;
    if (index >= 0) this.waiting.splice(index, 1);
    return given;
  }

  /** Hands a place over to whoever stands first for it; false where nobody does. */
  handOver(state: DeploymentState): boolean {
    const index = this.waiting.findIndex(({ states }) => states.includes(state));
    if (index < 0) return false;
    this.waiting.splice(index, 1)[0]?.take(state);
    return true;
  }

  private insert(entry: Waiting): void {
    const index = this.waiting.findIndex(({ priority }) => priority > entry.priority);
    this.waiting.splice(index < 0 ? this.waiting.length : index, 0, entry);
  }
}
