import { findNearestName } from './nearest-name.js';

describe('findNearestName', () => {
  const names = ['drop_params', 'num_retries', 'master_key', 'timeout', 'rpm', 'tpm'];

  it.each([
    ['drop_parms', 'drop_params'],
    ['num_retires', 'num_retries'],
    ['MASTER_KEY', 'master_key'],
    ['timeuot', 'timeout'],
  ])('takes %s for %s', (slip, meant) => {
    expect(findNearestName(slip, names)).toBe(meant);
  });

  it.each(['cache', 'something_else', '', 'x'])('finds nothing near %p', (name) => {
    expect(findNearestName(name, names)).toBeNull();
  });
});
