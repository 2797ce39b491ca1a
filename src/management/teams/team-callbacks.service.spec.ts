/** A team's callbacks hold no credential, and refer to the environment for proxy admins alone. */
import type { Actor } from '../writes/actor.js';
import type { TeamSettings } from './stored-team.js';
import { TeamCallbacks } from './team-callbacks.service.js';
import type { TeamReads } from './team-reads.service.js';
import type { TeamWrites } from './team-writes.service.js';

const secret = 'sk-lf-canary-5d0c1a';

function make(role: 'proxy_admin' | 'internal_user') {
  const audited: unknown[] = [];
  const row = { settings: {} as TeamSettings };
  const tx = {
    team: { update: async ({ data }: { data: { settings: TeamSettings } }) => void (row.settings = data.settings) },
  };
  const write = { tx, audit: (record: unknown) => audited.push(record), changed: () => undefined };
  const writes = {
    change: async (_actor: unknown, _action: string, id: string, work: (change: unknown) => Promise<unknown>) => ({
      result: await work({ write, team: { id, ...row } }),
      team: { team_id: id },
    }),
  };
  const reads = { administered: async () => row };
  const callbacks = new TeamCallbacks(writes as unknown as TeamWrites, reads as unknown as TeamReads);
  const actor = { principal: { role }, name: 'u' } as Actor;
  return { callbacks, actor, row, audited };
}

it('keeps what is no credential, and shows it', async () => {
  const { callbacks, actor, row, audited } = make('internal_user');
  const vars = { langfuse_host: 'https://langfuse.example', langfuse_public_key: 'pk-1' };
  await callbacks.add('t', { callback_name: 'langfuse', callback_vars: vars }, actor);
  const kept = { callback_name: 'langfuse', callback_type: 'success_and_failure', callback_vars: vars };
  expect(row.settings.callbacks).toEqual([kept]);
  expect(audited).toEqual([expect.objectContaining({ before: [], after: [kept] })]);
  expect(await callbacks.show('t', actor.principal)).toMatchObject({ data: { callback_vars: vars } });
});

it('stores no credential, whoever gives it, and says what to do', async () => {
  const { callbacks, actor, row } = make('proxy_admin');
  const body = { callback_name: 'langfuse', callback_vars: { langfuse_secret_key: secret } };
  const refused = await callbacks.add('t', body, actor).catch((error: unknown) => error as Error);
  expect(refused).toMatchObject({ status: 400, param: 'callback_vars.langfuse_secret_key' });
  expect((refused as Error).message).toContain('os.environ/NAME');
  expect(JSON.stringify([refused, (refused as Error).message])).not.toContain(secret);
  expect(row.settings).toEqual({});
});

it('refers to the environment for proxy admins alone: others would read what is not theirs', async () => {
  const body = { callback_name: 'langfuse', callback_vars: { langfuse_host: 'os.environ/TOLLGATE_MASTER_KEY' } };
  const team = make('internal_user');
  await expect(team.callbacks.add('t', body, team.actor)).rejects.toMatchObject({ status: 400 });
  const proxy = make('proxy_admin');
  await proxy.callbacks.add('t', body, proxy.actor);
  expect(proxy.row.settings.callbacks).toMatchObject([{ callback_vars: body.callback_vars }]);
});

it('has a callback for an event once', async () => {
  const { callbacks, actor } = make('proxy_admin');
  const body = { callback_name: 'langfuse', callback_type: 'success' as const, callback_vars: {} };
  await callbacks.add('t', body, actor);
  await expect(callbacks.add('t', body, actor)).rejects.toMatchObject({ status: 400, param: 'callback_name' });
  await callbacks.add('t', { ...body, callback_type: 'failure' }, actor);
  expect(await callbacks.remove('t', 'langfuse', actor)).toMatchObject({ data: { success_callbacks: [] } });
});
