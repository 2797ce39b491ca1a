/** Work that waits only where something has to be waited for: what needs no service is done at once, within the same turn. */

/** Yields what is to be waited for. */
export type Steps<Result> = Generator<Promise<unknown>, Result>;

/** The value, once it is there. */
export function* waitFor<Value>(value: Value | Promise<Value>): Steps<Value> {
  return value instanceof Promise ? ((yield value) as Value) : value;
}

/** A promise only where a step has to wait. */
export function take<Result>(steps: Steps<Result>): Result | Promise<Result> {
  const step = steps.next();
  return step.done ? step.value : goOn(steps, step.value);
}

async function goOn<Result>(steps: Steps<Result>, first: Promise<unknown>): Promise<Result> {
  let waiting = first;
  for (;;) {
    const step = await waiting.then(
      (value) => () => steps.next(value),
      (error: unknown) => () => steps.throw(error),
    );
    const next = step();
    if (next.done) return next.value;
    waiting = next.value;
  }
}
