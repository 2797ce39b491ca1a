/** The usage of several requests that one answer is made of. */
import type { Usage } from '../spec/usage.js';

export function addUsage(one: Usage, other: Usage): Usage {
  const sums: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const known = sums[name];
    if (typeof value === 'number') sums[name] = (typeof known === 'number' ? known : 0) + value;
    else if (name === 'billed' && known) sums[name] = addUsage(known as Usage, value as Usage);
    else sums[name] ??= value;
  }
  return sums as unknown as Usage;
}
