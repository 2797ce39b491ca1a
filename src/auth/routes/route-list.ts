/** A list of routes as keys and settings hold it: names of groups, templates, and templates that end in a star. */
import { findInGroup } from './route-groups.js';
import type { RouteFacts } from './route-facts.js';

/** Lists belong to cached keys or to the configuration: each is worked out once for each route that is asked for. */
const decided = new WeakMap<readonly string[], Map<string, boolean>>();

/** An entry that is neither a group nor a path lists nothing. */
export function listsRoute(list: readonly string[], route: RouteFacts): boolean {
  let known = decided.get(list);
  if (!known) decided.set(list, (known = new Map<string, boolean>()));
  const name = `${route.method} ${route.template}`;
  let answer = known.get(name);
  if (answer === undefined) {
    answer = list.some((entry) => matches(entry, route));
    known.set(name, answer);
  }
  return answer;
}

function matches(entry: string, route: RouteFacts): boolean {
  if (!entry.startsWith('/')) return entry === '*' || findInGroup(entry, route) === true;
  const [wanted, template] = [unnamed(entry), unnamed(route.template)];
  if (wanted === template) return true;
  // A parameter stands for one segment that a client chooses: a star goes past no more than is written out before it.
  return wanted.endsWith('*') && template.startsWith(wanted.slice(0, -1));
}

/** LiteLLM writes a parameter as `{id}`, the router as `:id`; its name says nothing. */
function unnamed(template: string): string {
  return template.replace(/\{[^/{}]*\}|:[^/:]+/g, '{}');
}
