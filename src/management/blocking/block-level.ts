/** Who has blocked something: whoever stands lower does not lift it. */
import { GatewayError } from '../../core/errors/gateway-error.js';

/** From the lowest to the highest. */
const levels = ['team_admin', 'org_admin', 'proxy_admin'] as const;
export type BlockLevel = (typeof levels)[number];

/** The level that stands in the settings after a block or an unblock; undefined where nothing is blocked. */
export function blockLevelAfter(
  blocked: boolean,
  by: BlockLevel,
  before: BlockLevel | undefined,
): BlockLevel | undefined {
  if (!blocked) return undefined;
  return before !== undefined && rank(before) > rank(by) ? before : by;
}

/** @throws GatewayError `forbidden` for who stands below the one that blocked it */
export function checkMayUnblock(by: BlockLevel, before: BlockLevel | undefined): void {
  if (before === undefined || rank(by) >= rank(before)) return;
  const who = before === 'proxy_admin' ? 'A proxy admin' : 'An admin of the organization';
  throw new GatewayError('forbidden', { facts: { reason: `${who} has blocked it. Ask them to unblock it.` } });
}

function rank(level: BlockLevel): number {
  return levels.indexOf(level);
}
