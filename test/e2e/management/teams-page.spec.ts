/** The commands of docs/teams.md work as they stand, from the first to the last. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { masterKey, TestGateway } from '../support/gateway.js';
import { callerOf } from './organization-world.js';

jest.setTimeout(30_000);

const page = readFileSync(path.join(__dirname, '../../../docs/teams.md'), 'utf8');
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => text).join('\n');
const commands = [
  ...blocks.matchAll(/^curl "?\$TOLLGATE(\/[^\s"]+)"? -H "\$ADMIN"(?: -H "\$JSON" -d '([^']+)')?$/gm),
].map(([, target = '', body]) => ({ target, body }));

let gateway: TestGateway;
beforeAll(async () => (gateway = await TestGateway.start({ models: [] })));
afterAll(() => gateway.stop());

it('has no command that is not tried here', () => {
  expect(commands).toHaveLength(blocks.match(/^curl /gm)?.length ?? 0);
  expect(commands.length).toBeGreaterThan(10);
});

it.each(commands)('$target', async ({ target, body }) => {
  const admin = callerOf(gateway, masterKey);
  const answer = await (body === undefined ? admin.get(target) : admin.post(target, JSON.parse(body)));
  // The text first: a refusal says why.
  expect(answer.text).not.toMatch(/^\{"error"/);
  expect(answer.status).toBeLessThan(300);
});
