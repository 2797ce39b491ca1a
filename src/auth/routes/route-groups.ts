/** LiteLLM's names for groups of routes, as keys and settings list them; new routes are in them by their audience and their first word. */
import type { RouteFacts } from './route-facts.js';

type IsIn = (route: RouteFacts) => boolean;

const word = (...names: readonly string[]): RegExp => new RegExp(`^/(?:v[0-9]/)?(?:${names.join('|')})(?:/|$)`);

const anthropicPaths = /^(?:\/v1)?\/messages(?:\/|$)/;
const googlePaths = /^(?:\/v1beta)?\/models\/\*$/;
/** What a client of models has to know of them, though administrators see more there. */
const modelInfoPaths = /^(?:\/v[12])?\/(?:model\/info|model_group\/info)$/;
const infoPaths = new Set([
  ...['/key/info', '/v2/key/info', '/key/health', '/key/list', '/team/info', '/team/list', '/v2/team/list'],
  ...['/team/available', '/organization/list', '/user/info', '/v2/user/info', '/health', '/health/services'],
  ...['/models', '/v1/models', '/models/*', '/v1/models/*'],
]);
const managedPaths = word('key', 'user', 'team', 'model', 'organization', 'customer', 'end_user', 'budget', 'tag', 'project', 'access_group', 'invitation', 'credentials', 'jwt'); // prettier-ignore
const spendPaths = word('spend', 'cost');
const spendReport = /^\/\w+\/spend\/report$/;

const isAnthropic: IsIn = ({ audience, template }) => audience === 'llm_api' && anthropicPaths.test(template);
const isGoogle: IsIn = ({ audience, method, template }) =>
  audience === 'llm_api' && method === 'POST' && googlePaths.test(template);
const isModelInfo: IsIn = ({ template }) => modelInfoPaths.test(template);
const isSpend: IsIn = ({ template }) => spendPaths.test(template) || spendReport.test(template);

const groups: Readonly<Record<string, IsIn>> = {
  openai_routes: (route) => route.audience === 'llm_api' && !isAnthropic(route) && !isGoogle(route),
  anthropic_routes: isAnthropic,
  google_routes: isGoogle,
  llm_api_routes: (route) => route.audience === 'llm_api' || isModelInfo(route),
  management_routes: (route) =>
    route.audience !== 'llm_api' &&
    route.audience !== 'public' &&
    managedPaths.test(route.template) &&
    !spendReport.test(route.template),
  info_routes: (route) => (route.method === 'GET' && infoPaths.has(route.template)) || isModelInfo(route),
  spend_tracking_routes: isSpend,
  global_spend_tracking_routes: ({ template }) => word('global').test(template) || template === '/provider/budgets',
  public_routes: ({ audience }) => audience === 'public',
  master_key_only_routes: ({ audience }) => audience === 'master_key',
};

/** Whether the group holds the route; undefined where there is no group of this name. */
export function findInGroup(name: string, route: RouteFacts): boolean | undefined {
  if (!Object.hasOwn(groups, name)) return undefined;
  // Whatever its path looks like, what stands behind it is none of the gateway's own routes.
  return route.audience === 'entry' ? name === 'llm_api_routes' : groups[name]?.(route);
}

export const routeGroupNames: readonly string[] = Object.keys(groups);
