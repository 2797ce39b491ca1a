/** Waits for something that another request makes, and not for ever. */

/** Undefined after `longestMs`, or when `signal` is aborted before. */
export async function waitFor<T>(
  work: Promise<T | undefined>,
  longestMs: number,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (signal?.aborted) return undefined;
  let giveUp: () => void = () => undefined;
  const over = new Promise<undefined>((resolve) => (giveUp = () => resolve(undefined)));
  const timer = setTimeout(giveUp, longestMs);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
