/** The port by which a process wakes the others when the change feed has grown, so that they need not wait for their next poll. */

/** The injection token of the `ChangeSignal`; without one each process polls every second. */
export const CHANGE_SIGNAL = Symbol('CHANGE_SIGNAL');

export interface ChangeSignal {
  /** The feed has grown. Never throws, and nobody waits for it: who does not hear of it polls all the same. */
  announce(): void;
  /** Calls `wake` when there may be something new. */
  subscribe(wake: () => void): void;
}
