/** Whether a list of allowed routes opens nothing that another one does not: groups by their names, paths by their patterns. */

/** LiteLLM's route groups, each with the groups that lie within it. */
const groups: Readonly<Record<string, readonly string[]>> = {
  llm_api_routes: ['openai_routes', 'anthropic_routes', 'google_routes', 'mcp_routes', 'agent_routes'],
  openai_routes: [],
  anthropic_routes: [],
  google_routes: [],
  mcp_routes: [],
  agent_routes: [],
  management_routes: [],
  info_routes: [],
  spend_tracking_routes: [],
  global_spend_tracking_routes: [],
  public_routes: [],
};

export const routeGroupNames: readonly string[] = Object.keys(groups);

/** A group's name, a path, or the beginning of a path with a star behind it. */
export function isAllowedRoute(entry: string): boolean {
  return Object.hasOwn(groups, entry) || /^\/[\w\-./:{}]*\*?$/.test(entry);
}

/** @param held empty: every route */
export function routesWithin(granted: readonly string[], held: readonly string[]): boolean {
  if (held.length === 0) return true;
  if (granted.length === 0) return false;
  return granted.every((entry) => held.some((holder) => covers(holder, entry)));
}

function covers(holder: string, entry: string): boolean {
  if (holder === entry) return true;
  // Which paths a group has is not looked at: a path is within what names it as a path.
  if (Object.hasOwn(groups, holder)) return groups[holder]?.includes(entry) ?? false;
  return holder.endsWith('*') && entry.startsWith('/') && entry.startsWith(holder.slice(0, -1));
}
