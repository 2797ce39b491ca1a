/** What is built from what: found at once, and forgotten without a trace. */
import { KeyDependents } from './key-dependents.js';

it('knows who is built from a thing, and keeps nothing of who has left', () => {
  const dependents = new KeyDependents();
  dependents.add('a', ['team:t', 'user:u']);
  dependents.add('b', ['team:t']);
  expect([dependents.of('team:t'), dependents.of('user:u'), dependents.of('user:x')]).toEqual([['a', 'b'], ['a'], []]);
  dependents.remove('a', ['team:t', 'user:u']);
  expect([dependents.of('team:t'), dependents.of('user:u'), dependents.size]).toEqual([['b'], [], 1]);
  dependents.remove('b', ['team:t', 'team:never']);
  expect(dependents.size).toBe(0);
});
