/** How the journal's parts tell the operator what happened, from whichever thread they run on. */

/** Facts hold no secrets; errors among them are logged by name and message. */
export type SpendReport = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** One line for the log: the message, then each fact. */
export function reportLine(message: string, facts: Readonly<Record<string, unknown>> = {}): string {
  const pairs = Object.entries(facts).map(([name, value]) => `${name}=${factText(value)}`);
  return pairs.length === 0 ? message : `${message} (${pairs.join(', ')})`;
}

function factText(value: unknown): string {
  if (value instanceof AggregateError) return value.errors.map(factText).join('; ');
  if (!(value instanceof Error)) return String(value);
  const code = 'code' in value ? ` [${String(value.code)}]` : '';
  return `${value.name}${code}: ${value.message.replaceAll(/\s+/g, ' ')}`;
}
