/** Allowed routes: what names a group or a path, and what is within what. */
import { isAllowedRoute, routesWithin } from './route-containment.js';

it.each(['llm_api_routes', 'info_routes', '/v1/models', '/key/{key}/regenerate', '/v1/*', '/', '/models/:id'])(
  '%s may be allowed',
  (route) => {
    expect(isAllowedRoute(route)).toBe(true);
  },
);

it.each(['', '*', 'v1/models', 'constructor', 'toString', '__proto__', '/a b', '/v1/*/x', '/a?b=c', 'LLM_API_ROUTES'])(
  '%j names nothing',
  (route) => {
    expect(isAllowedRoute(route)).toBe(false);
  },
);

it.each<[string[], string[], boolean]>([
  [[], [], true],
  [['/x'], [], true],
  [[], ['/x'], false],
  [['/v1/models'], ['/v1/*'], true],
  [['/v1/*'], ['/v1/*'], true],
  [['/*'], ['/v1/*'], false],
  [['google_routes', 'mcp_routes'], ['llm_api_routes'], true],
  [['llm_api_routes'], ['openai_routes', 'anthropic_routes', 'google_routes', 'mcp_routes', 'agent_routes'], false],
  [['management_routes'], ['llm_api_routes'], false],
  [['info_routes'], ['/*'], false],
])('%j within %j: %s', (granted, held, expected) => {
  expect(routesWithin(granted, held)).toBe(expected);
});
