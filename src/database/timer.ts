/** Delayed work as a port, so that tests decide when time passes. */

export interface Timer {
  /** Runs the task once after the delay and returns what cancels it. A pending task never keeps the process alive. */
  schedule(task: () => void, delayMs: number): () => void;
}

export const systemTimer: Timer = {
  schedule(task, delayMs) {
    const handle = setTimeout(task, delayMs);
    handle.unref();
    return () => clearTimeout(handle);
  },
};

export function pause(timer: Timer, delayMs: number): Promise<void> {
  return new Promise((resolve) => timer.schedule(resolve, delayMs));
}
