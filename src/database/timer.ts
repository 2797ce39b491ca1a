/** Delayed work as a port, so that tests decide when time passes. */

export interface Timer {
  /** Runs the task once after the delay and returns what cancels it: for background work, which never keeps the process alive. */
  schedule(task: () => void, delayMs: number): () => void;
  /** Resolves after the delay: for work that somebody awaits. */
  pause(delayMs: number): Promise<void>;
}

export const systemTimer: Timer = {
  schedule(task, delayMs) {
    const handle = setTimeout(task, delayMs);
    handle.unref();
    return () => clearTimeout(handle);
  },
  pause: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};
