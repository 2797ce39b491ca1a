/** What clients and providers say, as both databases can hold it: PostgreSQL takes neither NUL nor half a surrogate pair. */

const suspect = /\\u0000|\\ud[89a-f]/;

export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** A JSON value with such characters replaced; itself where there are none. */
export function storable<Value>(value: Value): Value {
  const json = JSON.stringify(value);
  if (!suspect.test(json)) return value;
  return JSON.parse(json, (_key, inner: unknown) => {
    if (typeof inner === 'string') return storableText(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, member]) => [storableText(name), member as unknown]));
  }) as Value;
}
