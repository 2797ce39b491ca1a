/** The attack: a team's admin lifts the block that a proxy admin has put on the team. */
import { blockLevelAfter, checkMayUnblock, type BlockLevel } from './block-level.js';

it.each<[by: BlockLevel, before: BlockLevel | undefined, isRefused: boolean]>([
  ['team_admin', 'proxy_admin', true],
  ['team_admin', 'org_admin', true],
  ['org_admin', 'proxy_admin', true],
  ['team_admin', 'team_admin', false],
  ['org_admin', 'team_admin', false],
  ['proxy_admin', 'org_admin', false],
  ['team_admin', undefined, false],
])('%s unblocks what %s has blocked: refused is %s', (by, before, isRefused) => {
  const unblocking = () => checkMayUnblock(by, before);
  if (isRefused) expect(unblocking).toThrow(/has blocked it/);
  else expect(unblocking).not.toThrow();
});

it('a block by someone lower does not lower the level that is there', () => {
  expect(blockLevelAfter(true, 'team_admin', 'proxy_admin')).toBe('proxy_admin');
  expect(blockLevelAfter(true, 'proxy_admin', 'team_admin')).toBe('proxy_admin');
  expect(blockLevelAfter(true, 'org_admin', undefined)).toBe('org_admin');
  expect(blockLevelAfter(false, 'proxy_admin', 'proxy_admin')).toBeUndefined();
});
