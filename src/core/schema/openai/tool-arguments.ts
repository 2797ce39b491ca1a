/** The arguments of a tool call: text at OpenAI, an object at most other providers. */

/** The object; `{}` for nothing. Undefined for what is no JSON object. */
export function parseToolArguments(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined || text === null || text === '') return {};
  try {
    const input: unknown = typeof text === 'string' ? JSON.parse(text) : text;
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  } catch {
    // No JSON at all: like JSON of another kind.
  }
  return undefined;
}

/** Written with blanks after `:` and `,`, as models write it in a stream, so that both modes give the same text. */
export function toArgumentsText(input: unknown): string {
  return JSON.stringify(input ?? {}, null, 1).replace(/(,?)\n */g, (_break, comma: string) => (comma ? ', ' : ''));
}
