/** Checks the names within `router_settings`: strategies and pre-call checks. */
import { routingStrategies } from '../core/router/routing-rules.js';
import { errorAt, warningAt, type ConfigProblem } from './config-problem.js';
import { findNearestName } from './nearest-name.js';
import { providerBudgetRouting } from './schema/routing.schema.js';
import type { Located, LocatedMap } from './located.js';

const servedChecks = [
  'prompt_caching',
  'session_affinity',
  'deployment_affinity',
  'enforce_model_rate_limits',
  'router_budget_limiting',
];
/** LiteLLM's other checks only prefer one deployment that may serve the request to another. */
const otherChecks = [
  'responses_api_deployment_check',
  'encrypted_content_affinity',
  'forward_client_headers_by_model_group',
];

export function checkRouting(root: LocatedMap, problems: ConfigProblem[]): void {
  const router = root.entries.get('router_settings');
  if (router?.kind !== 'map') return;
  const strategy = router.entries.get('routing_strategy');
  if (strategy) checkStrategy(strategy, problems);
  const checks = router.entries.get('optional_pre_call_checks');
  if (checks?.kind === 'list') for (const item of checks.items) checkPreCallCheck(item, problems);
  const access = router.entries.get('enforce_fallback_model_access');
  if (access) warnOfOpenFallbacks(access, problems);
  const policy = router.entries.get('allowed_fails_policy');
  if (policy?.kind === 'map') warnOfUncounted(policy, problems);
}

function checkStrategy(node: Located, problems: ConfigProblem[]): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
  const { value: strategy, origin } = node;
  if (strategy === providerBudgetRouting || (routingStrategies as readonly string[]).includes(strategy)) return;
  const nearest = findNearestName(strategy, routingStrategies);
  problems.push(
    errorAt(origin, `there is no such strategy. ${nearest ? `Did you mean \`${nearest}\`?` : 'Use `simple-shuffle`.'}`),
  );
}

function checkPreCallCheck(node: Located, problems: ConfigProblem[]): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || servedChecks.includes(node.value)) return;
  if (otherChecks.includes(node.value)) {
    problems.push(warningAt(node.origin, 'known to LiteLLM, not served by this version: it has no effect.'));
  } else {
    const nearest = findNearestName(node.value, servedChecks);
    const advice = nearest ? `Did you mean \`${nearest}\`?` : `There are ${servedChecks.join(', ')}.`;
    problems.push(errorAt(node.origin, `there is no such check. ${advice}`));
  }
}

function warnOfOpenFallbacks(node: Located, problems: ConfigProblem[]): void {
  if (node.kind !== 'scalar' || !/^(false|no|off)$/i.test(String(node.value))) return;
  problems.push(warningAt(node.origin, 'has no effect: a fallback never leads a key to a model that it may not use.'));
}

/** What is the request's own fault says nothing about a deployment. */
const uncounted = ['BadRequestErrorAllowedFails', 'ContentPolicyViolationErrorAllowedFails'];

function warnOfUncounted(policy: LocatedMap, problems: ConfigProblem[]): void {
  for (const name of uncounted) {
    const node = policy.entries.get(name);
    if (node)
      problems.push(warningAt(node.origin, 'has no effect: what a request itself is to blame for never counts.'));
  }
}
