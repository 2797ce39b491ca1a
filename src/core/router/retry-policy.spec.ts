/** How often a failure is worth another attempt: the group's policy, then the general one, then what the error is like. */
import type { ErrorCode } from '../errors/catalog.js';
import { GatewayError } from '../errors/gateway-error.js';
import { retriesFor } from './retry-policy.js';
import { plainRules, type RoutingRules } from './routing-rules.js';

const retries = (code: ErrorCode, rules: Partial<RoutingRules> = {}, hasOther = false): number =>
  retriesFor(new GatewayError(code), 'group', 2, { ...plainRules, ...rules }, hasOther);

it('is what was asked for where an attempt may mend it, and none where it cannot', () => {
  expect([retries('upstream_internal'), retries('upstream_rate_limited'), retries('upstream_timeout')]).toEqual([2, 2, 2]); // prettier-ignore
  expect([retries('upstream_bad_request'), retries('context_window_exceeded'), retries('client_closed')]).toEqual([0, 0, 0]); // prettier-ignore
});

it('tries bad credentials again only where another deployment has others', () => {
  expect([retries('upstream_authentication'), retries('upstream_authentication', {}, true)]).toEqual([0, 2]);
});

it('follows the policy for the kind of failure, whatever the error is like', () => {
  const rules = { retries: { RateLimit: 5, BadRequest: 1, Timeout: 0 } };
  expect([retries('upstream_rate_limited', rules), retries('upstream_bad_request', rules)]).toEqual([5, 1]);
  expect([retries('upstream_timeout', rules), retries('upstream_internal', rules)]).toEqual([0, 2]);
});

it('puts the group’s own policy first, kind by kind', () => {
  const rules = {
    retries: { RateLimit: 5, Timeout: 4 },
    groupRetries: { group: { RateLimit: 1 }, other: { Timeout: 9 } },
  };
  expect([retries('upstream_rate_limited', rules), retries('upstream_timeout', rules)]).toEqual([1, 4]);
});

it('is not misled by a group that is called as a member of every object', () => {
  expect(retriesFor(new GatewayError('upstream_internal'), 'constructor', 2, plainRules, false)).toBe(2);
});
