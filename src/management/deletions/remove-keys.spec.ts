/** So many keys that one transaction would hold everybody up are not deleted with what they hang on. */
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { checkFewKeys } from './remove-keys.js';

const writeWith = (keys: number) => ({ tx: { virtualKey: { count: async () => keys } } }) as unknown as ManagementWrite;

it('takes as many as one transaction can bear', async () => {
  await expect(checkFewKeys(writeWith(10), { teamId: 't' }, 10)).resolves.toBeUndefined();
});

it('refuses more, and says what to do', async () => {
  await expect(checkFewKeys(writeWith(11), { teamId: 't' }, 10)).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('11 keys hang on it') as string,
  });
});
