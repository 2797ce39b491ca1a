/** Lists of routes: groups, templates and stars, matched on what the router has matched. */
import type { AudienceName } from '../audience.decorator.js';
import { routeGroupNames } from './route-groups.js';
import { listsRoute } from './route-list.js';

const routes: readonly (readonly [audience: AudienceName, method: string, template: string])[] = [
  ['llm_api', 'POST', '/v1/chat/completions'],
  ['llm_api', 'POST', '/engines/:model/chat/completions'],
  ['llm_api', 'POST', '/v1/messages'],
  ['llm_api', 'POST', '/v1beta/models/*'],
  ['llm_api', 'POST', '/models/*'],
  ['llm_api', 'GET', '/models/*'],
  ['llm_api', 'GET', '/v1/models'],
  ['llm_api', 'GET', '/model_group/info'],
  ['scoped_read', 'GET', '/model/info'],
  ['own_info', 'GET', '/key/info'],
  ['scoped', 'POST', '/key/:key/regenerate'],
  ['scoped', 'POST', '/team/new'],
  ['scoped_read', 'GET', '/spend/logs'],
  ['scoped_read', 'GET', '/key/spend/report'],
  ['admin_read', 'GET', '/global/spend'],
  ['public', 'GET', '/health/liveliness'],
  ['master_key', 'POST', '/global/spend/reset'],
];

const listed = (list: readonly string[]): string[] =>
  routes
    .filter(([audience, method, template]) => listsRoute(list, { audience, method, template }))
    .map(([, method, template]) => `${method} ${template}`);

it.each<readonly [string, readonly string[]]>([
  ['openai_routes', ['POST /v1/chat/completions', 'POST /engines/:model/chat/completions', 'GET /models/*', 'GET /v1/models', 'GET /model_group/info']], // prettier-ignore
  ['anthropic_routes', ['POST /v1/messages']],
  ['google_routes', ['POST /v1beta/models/*', 'POST /models/*']],
  ['management_routes', ['GET /model/info', 'GET /key/info', 'POST /key/:key/regenerate', 'POST /team/new']],
  ['info_routes', ['GET /models/*', 'GET /v1/models', 'GET /model_group/info', 'GET /model/info', 'GET /key/info']],
  ['spend_tracking_routes', ['GET /spend/logs', 'GET /key/spend/report']],
  ['global_spend_tracking_routes', ['GET /global/spend', 'POST /global/spend/reset']],
  ['public_routes', ['GET /health/liveliness']],
  ['master_key_only_routes', ['POST /global/spend/reset']],
  ['/key/{key}/regenerate', ['POST /key/:key/regenerate']],
  ['/key/:id/regenerate', ['POST /key/:key/regenerate']],
  ['/key/*', ['GET /key/info', 'POST /key/:key/regenerate', 'GET /key/spend/report']],
  ['/engines/gpt-4o/chat/completions', []],
  ['/key', []],
  ['/', []],
  ['', []],
  ['KEY_ROUTES', []],
  ['no_such_routes', []],
  ['constructor', []],
  ['__proto__', []],
  ['/KEY/INFO', []],
  ['/key/info/', []],
])('%j lists %j', (entry, expected) => {
  expect(listed([entry])).toEqual(expected);
});

it('lists everything by a star, and all that models are asked by through llm_api_routes', () => {
  for (const star of ['*', '/*']) expect(listed([star])).toHaveLength(routes.length);
  const dataPlane = routes.filter(([audience]) => audience === 'llm_api').length;
  expect(listed(['llm_api_routes'])).toHaveLength(dataPlane + 1);
  expect(listed(routeGroupNames)).toHaveLength(routes.length);
});

it('tells methods of one template apart, and gives the same answer again', () => {
  const list = ['google_routes'];
  const google = { audience: 'llm_api', method: 'POST', template: '/models/*' } as const;
  for (let time = 0; time < 2; time++) {
    expect(listsRoute(list, google)).toBe(true);
    expect(listsRoute(list, { ...google, method: 'GET' })).toBe(false);
  }
});
