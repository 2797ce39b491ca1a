/** The attack: a caller without a user or a key looks for the spend of nobody, which is what lost intents are booked on. */
import { rowsWithin, sumsWithin, type SpendScope } from './spend-scope.js';

const nobody: SpendScope = { everything: false, userId: undefined, keyHash: '', teamIds: [], organizationIds: [] };

test('a caller who is nothing sees nothing', () => {
  const nothing = { OR: [{ apiKeyHash: { in: [] } }] };
  expect(sumsWithin(nobody)).toEqual(nothing);
  expect(rowsWithin(nobody, 'postgres')).toEqual(nothing);
  expect(sumsWithin({ ...nobody, userId: '' })).toEqual(nothing);
});

test('an admin and a viewer of the proxy see everything', () => {
  expect(sumsWithin({ ...nobody, everything: true })).toEqual({});
  expect(rowsWithin({ ...nobody, everything: true }, 'sqlite')).toEqual({});
});

test('others see their own, and what they administer', () => {
  const scope = { ...nobody, userId: 'u', keyHash: 'k', teamIds: ['t'], organizationIds: ['o'] };
  expect(sumsWithin(scope)).toEqual({
    OR: [{ apiKeyHash: { in: ['k'] } }, { userId: 'u' }, { teamId: { in: ['t'] } }, { organizationId: { in: ['o'] } }],
  });
  expect(rowsWithin(scope, 'postgres').OR?.at(-1)).toEqual({ detail: { path: ['organizationId'], equals: 'o' } });
  expect(rowsWithin(scope, 'sqlite').OR?.at(-1)).toEqual({ detail: { path: '$.organizationId', equals: 'o' } });
});
