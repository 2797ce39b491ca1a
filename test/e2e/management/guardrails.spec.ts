/** Guardrails by the management API: in force at once, stored sealed, checked as the file's are, shown without a secret, and nobody's to change but administrators'. */
import { CatalogService } from '../../../src/catalog/catalog.service.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { GuardrailSources, type ActiveGuardrail } from '../../../src/guardrails/guardrail-source.js';
import type { GuardrailContext } from '../../../src/guardrails/guardrail.js';
import { WordGuardrails } from '../../../src/guardrails/testing/guardrail-types.js';
import { expectRefused } from '../support/envelope.js';
import { TestGateway } from '../support/gateway.js';
import { addMember, callerOf, type Call } from './management-client.js';

const secret = 'guard-secret-canary-0123456789';

let gateway: TestGateway;
let admin: Call;
let member: Call;

beforeAll(async () => {
  gateway = await TestGateway.start({
    models: [{ model_name: 'm', litellm_params: { model: 'demo/hello' } }],
    guardrailTypes: [new WordGuardrails()],
    sections: {
      guardrails: [
        {
          guardrail_name: 'of-the-file',
          litellm_params: { guardrail: 'words', mode: 'pre_call', words: ['x'], api_key: secret },
          guardrail_info: { owner: 'security' },
        },
      ],
    },
    environment: { TOLLGATE_ENCRYPTION_KEY: '5f0c1a9d7be24836a1c2d3e4f5061728' },
  });
  admin = callerOf(gateway);
  member = await addMember(gateway, { teamId: 'a', userId: 'mia', role: 'user' });
}, 30_000);
afterAll(() => gateway.stop());

const guardrail = (name: string, params: object = {}) => ({
  guardrail: {
    guardrail_name: name,
    litellm_params: { guardrail: 'words', mode: 'pre_call', words: ['bad'], ...params },
  },
});
const rows = () => gateway.app.get(DatabaseService).run((client) => client.guardrail.findMany());
const audited = (action: string) =>
  gateway.app.get(DatabaseService).run((client) => client.auditEntry.findMany({ where: { action } }));
const inForce = (name: string): readonly ActiveGuardrail[] =>
  gateway.app
    .get(GuardrailSources)
    .all(gateway.app.get(CatalogService).current())
    .filter((each) => each.name === name);
const verdictOn = (name: string, text: string) =>
  inForce(name)[0]?.guardrail.check(
    { direction: 'request', texts: [{ text, role: 'user' }], tools: [], toolCalls: [], isComplete: true },
    {} as GuardrailContext,
  );
const add = async (name: string, params: object = {}): Promise<string> => {
  const made = await admin('POST', '/guardrails', guardrail(name, params));
  expect(made.status).toBe(200);
  return (made.json as { guardrail_id: string }).guardrail_id;
};
const listed = async (call: Call) =>
  ((await call('GET', '/v2/guardrails/list')).json as { guardrails: { guardrail_name: string }[] }).guardrails;

it('one is in force at once, stored sealed, shown masked, audited without its secret, and gone when it is deleted', async () => {
  const made = await admin('POST', '/guardrails', guardrail('stored', { api_key: secret, default_on: true }));
  expect(made.json).toMatchObject({
    guardrail_name: 'stored',
    litellm_params: { guardrail: 'words', mode: 'pre_call', words: ['bad'], api_key: '*****', default_on: true },
    guardrail_info: {},
    guardrail_definition_location: 'db',
  });
  const { guardrail_id: id } = made.json as { guardrail_id: string };
  expect(await verdictOn('stored', 'a bad thing')).toMatchObject({ action: 'block' });
  expect(inForce('stored')).toMatchObject([{ isDefault: true }]);

  const [row] = await rows();
  expect(row?.sealedParams).toMatch(/^tg1\./);
  // What says whom it protects is readable without the key; nothing else is.
  expect(row?.params).toEqual({ guardrail: 'words', mode: 'pre_call', default_on: true });

  const patched = await admin('PATCH', `/guardrails/${id}`, {
    guardrail_name: 'renamed',
    litellm_params: { words: ['worse'], default_on: null, api_key: '*****' },
    guardrail_info: { note: 'mine' },
  });
  expect(patched.json).toMatchObject({
    guardrail_id: id,
    litellm_params: { words: ['worse'], api_key: '*****' },
    guardrail_info: { note: 'mine' },
  });
  expect((patched.json as { litellm_params: object }).litellm_params).not.toHaveProperty('default_on');
  expect(inForce('stored')).toEqual([]);
  expect(await verdictOn('renamed', 'a bad thing')).toMatchObject({ action: 'pass' });
  expect(await verdictOn('renamed', 'a worse thing')).toMatchObject({ action: 'block' });

  // What was shown comes back as a whole: it is what it was, its secret too.
  const shown = (await admin('GET', `/guardrails/${id}`)).json;
  const replaced = await admin('PUT', `/guardrails/${id}`, { guardrail: shown });
  expect(replaced.json).toMatchObject({ ...(shown as object), updated_at: expect.any(String) as string });
  const definition = gateway.app
    .get(CatalogService)
    .current()
    .guardrails.find((each) => each.id === id);
  expect(definition?.parameters).toEqual({ words: ['worse'], api_key: secret });

  expect((await admin('DELETE', `/guardrails/${id}`)).json).toEqual({
    message: `Guardrail ${id} deleted successfully`,
    guardrail_id: id,
  });
  expect(inForce('renamed')).toEqual([]);
  expectRefused(await admin('GET', `/guardrails/${id}/info`), 404);
  const entries = [
    ...(await audited('guardrail.new')),
    ...(await audited('guardrail.update')),
    ...(await audited('guardrail.delete')),
  ];
  expect(entries.map(({ action }) => action)).toEqual([
    'guardrail.new',
    'guardrail.update',
    'guardrail.update',
    'guardrail.delete',
  ]);
  expect(
    JSON.stringify(entries, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain(secret);
});

it.each<[string, object, string, string]>([
  ['a kind that does not exist', { guardrail: 'wrods' }, 'litellm_params.guardrail', 'Did you mean `words`?'],
  ['no mode', { mode: null }, 'litellm_params.mode', 'is missing'],
  [
    'parameters that its kind refuses',
    { words: ['*'] },
    'litellm_params.words[0]',
    'would match everything. Write a word.',
  ],
  ['a slip in a name', { lsits: [] }, 'litellm_params.lsits', 'Did you mean `lists`?'],
  [
    'a reference to the environment',
    { api_key: 'os.environ/TOLLGATE_ENCRYPTION_KEY' },
    'litellm_params.api_key',
    'not resolved here',
  ],
  [
    'a file of the machine',
    { lists: [{ words_file: '/etc/passwd' }] },
    'litellm_params.lists[0].words_file',
    'only an entry of the configuration file',
  ],
  [
    'code of its own',
    { guardrail: 'custom', module_file: '/tmp/own.mjs', words: null },
    'litellm_params.module_file',
    'only an entry of the configuration file',
  ],
  ['a mask in the place of a secret', { api_key: '*****' }, 'litellm_params.api_key', 'Write the value itself'],
])('%s is refused with its place, and nothing is stored', async (_, params, param, message) => {
  const before = (await rows()).length;
  const answer = await admin('POST', '/guardrails', guardrail('wrong', params));
  expect(expectRefused(answer, 400).param).toBe(param);
  expect(answer.text).toContain(message);
  expect(await rows()).toHaveLength(before);
});

it.each<[string, object, string]>([
  ['of the request', { ...guardrail('g'), default_on: true }, 'default_on'],
  ['of the guardrail', { guardrail: { ...guardrail('g').guardrail, created_by: 'somebody' } }, 'guardrail.created_by'],
])('fields that are nobody else’s to write are refused: %s', async (_, body, param) => {
  expect(expectRefused(await admin('POST', '/guardrails', body), 400).param).toBe(param);
});

it('a change that is wrong leaves what was in force', async () => {
  const id = await add('steady');
  expectRefused(await admin('PATCH', `/guardrails/${id}`, { litellm_params: { words: ['*'] } }), 400);
  expectRefused(await admin('PUT', `/guardrails/${id}`, guardrail('steady', { words: 5 })), 400);
  expectRefused(
    await admin('PUT', `/guardrails/${id}`, { guardrail: { ...guardrail('steady').guardrail, guardrail_id: 'x' } }),
    400,
  );
  expect(await verdictOn('steady', 'a bad thing')).toMatchObject({ action: 'block' });
});

it('a name is taken once, by the file or in the database: nobody waters a guardrail down by another of its name', async () => {
  await add('taken');
  expect(expectRefused(await admin('POST', '/guardrails', guardrail('taken')), 409).param).toBe('guardrail_name');
  expect(expectRefused(await admin('POST', '/guardrails', guardrail('of-the-file')), 409).param).toBe('guardrail_name');
  const id = await add('other');
  expect(expectRefused(await admin('PATCH', `/guardrails/${id}`, { guardrail_name: 'taken' }), 409).param).toBe(
    'guardrail_name',
  );
});

it("the file's are shown, and changed in the file alone", async () => {
  const [first] = (
    await admin('GET', '/guardrails/list').then(({ json }) => json as { guardrails: { guardrail_id: string }[] })
  ).guardrails;
  expect(first).toMatchObject({
    guardrail_name: 'of-the-file',
    litellm_params: { words: ['x'], api_key: '*****' },
    guardrail_definition_location: 'config',
  });
  const path = `/guardrails/${first?.guardrail_id}`;
  expect((await admin('GET', path)).json).toEqual(first);
  const answers = [
    await admin('PATCH', path, { guardrail_info: {} }),
    await admin('PUT', path, guardrail('anything')),
    await admin('DELETE', path),
  ];
  for (const answer of answers) {
    expectRefused(answer, 409);
    expect(answer.text).toContain('stands in the configuration file');
  }
});

it('whoever has a key sees what there is to ask for, and nothing of how it works', async () => {
  await add('for-all', { words: ['hidden-word'], api_key: secret });
  const seen = await listed(member);
  expect(seen).toContainEqual(
    expect.objectContaining({
      guardrail_name: 'of-the-file',
      litellm_params: { guardrail: 'words', mode: 'pre_call', default_on: false },
      guardrail_info: { owner: 'security' },
    }),
  );
  expect(JSON.stringify(seen)).toContain('for-all');
  expect(JSON.stringify(seen)).not.toMatch(new RegExp(`hidden-word|api_key|${secret}`));
  const id = await add('not-yours');
  expect((await member('GET', `/guardrails/${id}`)).status).toBe(401);
  expect((await member('PATCH', `/guardrails/${id}`, { litellm_params: { words: ['x'] } })).status).toBe(401);
  expect((await member('DELETE', `/guardrails/${id}`)).status).toBe(401);
  expect((await member('POST', '/guardrails', guardrail('mine'))).status).toBe(401);
});
