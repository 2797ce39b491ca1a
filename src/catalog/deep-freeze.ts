/** Makes plain data immutable to its leaves. */

/** Freezes `value` and all that it holds, except `untouched` (shared code that is not ours to freeze). */
export function deepFreeze<Value>(value: Value, untouched?: object): Value {
  if (typeof value !== 'object' || value === null || value === untouched || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze<unknown>(inner, untouched);
  return value;
}
