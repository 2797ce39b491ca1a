/** A POST of the management API that is repeated under its `Idempotency-Key` takes effect once. */
import { DatabaseService } from '../../../src/database/database.service.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ models: [] });
});
afterAll(() => gateway.stop());

const generate = (idempotencyKey: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.send({
    method: 'POST',
    path: '/key/generate',
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey, ...headers },
    body: JSON.stringify(body),
  });
const keyIn = (answer: Answer): unknown => (JSON.parse(answer.text) as { key?: unknown }).key;
const keysWithAlias = (keyAlias: string): Promise<number> =>
  gateway.app.get(DatabaseService).run((client) => client.virtualKey.count({ where: { keyAlias } }));

it('is answered as the first time, and has made one key', async () => {
  const first = await generate('retry-1', { key_alias: 'once' });
  const again = await generate('retry-1', { key_alias: 'once' });
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(keyIn(first)).toMatch(/^sk-/);
  expect(keyIn(again)).toBe(keyIn(first));
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect(await keysWithAlias('once')).toBe(1);
});

it('with another body is refused with 422', async () => {
  await generate('retry-2', { key_alias: 'two' });
  const other = await generate('retry-2', { key_alias: 'not-two' });
  expect(other.status).toBe(422);
  expect(await keysWithAlias('not-two')).toBe(0);
});

it('sent twenty times at once makes one key; who comes too early is told to come back', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => generate('retry-3', { key_alias: 'three' })));
  expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
  expect(new Set(answers.filter(({ status }) => status === 200).map(keyIn)).size).toBe(1);
  expect(await keysWithAlias('three')).toBe(1);
  expect(keyIn(await generate('retry-3', { key_alias: 'three' }))).toMatch(/^sk-/);
});

it('that failed may be made again', async () => {
  await generate('unique-1', { key_alias: 'taken' });
  expect((await generate('retry-4', { key_alias: 'taken' })).status).toBe(409);
  expect((await generate('retry-4', { key_alias: 'free' })).status).toBe(200);
});

it('whose answer opens no more says that it was carried out, and makes nothing', async () => {
  await generate('retry-5', { key_alias: 'five' });
  // As after a change of the master key, which the answer is sealed with.
  const spoil = { sealedAnswer: Buffer.alloc(64).toString('base64') };
  await gateway.app.get(DatabaseService).run((client) => client.idempotentRequest.updateMany({ data: spoil }));
  const again = await generate('retry-5', { key_alias: 'five' });
  expect(again.status).toBe(409);
  expect(again.text).toContain('was carried out');
  expect(await keysWithAlias('five')).toBe(1);
});

it('without a usable key is refused with 400', async () => {
  expect((await generate('x'.repeat(256), { key_alias: 'long' })).status).toBe(400);
  expect(await keysWithAlias('long')).toBe(0);
});

it('is no other caller’s: the same key of somebody else is another request', async () => {
  await generate('retry-5', { key_alias: 'five' });
  const stranger = await generate(
    'retry-5',
    { key_alias: 'five' },
    { authorization: 'Bearer sk-nobody-knows-this-one-0000' },
  );
  expect(stranger.status).toBe(401);
  expect(keyIn(stranger)).toBeUndefined();
});

it('leaves no key in the database', async () => {
  const key = keyIn(await generate('retry-6', { key_alias: 'six' })) as string;
  const rows = await gateway.app.get(DatabaseService).run((client) => client.idempotentRequest.findMany());
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain(key);
  expect(JSON.stringify(rows)).not.toContain('retry-6');
});
