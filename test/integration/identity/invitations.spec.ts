/**
 * Invitations over HTTP on both databases. The attacks: a link that is used twice or late, one that is guessed or taken from the
 * database (S-17), a password that is guessed (S-25), and a link by which somebody becomes another user.
 */
import { verifyPassword } from '../../../src/management/users/passwords/password-hash.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { IdentityGateway, type Called } from './identity-gateway.js';

jest.setTimeout(60_000);

const good = 'Correct-Horse-7-Battery';

describeOnBothDatabases('invitations', (database) => {
  let world: IdentityGateway;
  beforeEach(async () => {
    const { url } = await database.another();
    world = await IdentityGateway.start(url);
    await world.organization('acme');
    await world.user('ann', { user_email: 'ann@example.com' });
  });
  afterEach(() => world.stop());

  const invite = async (userId = 'ann'): Promise<{ id: string; token: string }> =>
    (await world.done('/invitation/new', { user_id: userId })) as unknown as { id: string; token: string };
  const open = (token: string): Promise<Called> => world.get(`/onboarding/get_token?invite_link=${token}`, 'none');
  const claim = (token: string, session: string, fields: object = {}): Promise<Called> =>
    world.post(
      '/onboarding/claim_token',
      { invitation_link: token, user_id: 'ann', password: good, ...fields },
      session,
    );
  const passwordHash = async (id = 'ann'): Promise<string | null> =>
    (await world.run((client) => client.user.findUnique({ where: { id } })))?.passwordHash ?? null;

  it('lets its user set a password, once, and keeps nothing that opens it', async () => {
    const { id, token } = await invite();
    const row = await world.run((client) => client.invitation.findUnique({ where: { id } }));
    expect(JSON.stringify(row)).not.toContain(token);
    const opened = await open(token);
    expect(opened.body).toMatchObject({ user_id: 'ann', user_email: 'ann@example.com' });
    const session = String(opened.body['token']);
    expect((await claim(token, session)).body).toEqual({ user_id: 'ann', user_email: 'ann@example.com' });
    expect(await verifyPassword(await passwordHash(), good)).toBe(true);
    expect((await world.get(`/invitation/info?invitation_id=${id}`)).body).toMatchObject({ is_accepted: true });
    const again = await claim(token, session, { password: 'Another-Horse-8-Battery' });
    expect([again.status, (await open(token)).status]).toEqual([401, 401]);
    expect(await verifyPassword(await passwordHash(), good)).toBe(true);
    expect(await world.audited('ann')).toEqual(['user.create', 'invitation.claim']);
    expect(await world.feed('user', 'ann')).toBe(2);
  });

  it('of two who claim it at the same moment, one gets it', async () => {
    const { token } = await invite();
    const session = String((await open(token)).body['token']);
    const answers = await Promise.all([
      claim(token, session, { password: 'First-Horse-7-Battery' }),
      claim(token, session, { password: 'Second-Horse-7-Battery' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const won = answers[0]?.status === 200 ? 'First-Horse-7-Battery' : 'Second-Horse-7-Battery';
    expect(await verifyPassword(await passwordHash(), won)).toBe(true);
  });

  it('is nothing to whoever has its id, its hash, an expired one, or no session', async () => {
    const { id, token } = await invite();
    const hash = (await world.run((client) => client.invitation.findUnique({ where: { id } })))?.tokenHash ?? '';
    const session = String((await open(token)).body['token']);
    const [end = '', signature = ''] = session.split('.');
    const attempts = [
      await open(id),
      await open(hash),
      await claim(id, session),
      await claim(hash, session),
      await claim(token, 'none'),
      await claim(token, `${Number(end) + 1}.${signature}`),
      await claim(token, session, { user_id: 'bea' }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 401));
    expect(new Set(attempts.map(({ text }) => text)).size).toBe(1);
    await world.run((client) => client.invitation.update({ where: { id }, data: { expiresAt: new Date(0) } }));
    expect((await claim(token, session)).status).toBe(401);
    expect(await passwordHash()).toBeNull();
  });

  it('a session is good for its own invitation alone', async () => {
    const other = await invite();
    const session = String((await open(other.token)).body['token']);
    const { token } = await invite();
    expect((await claim(token, session)).status).toBe(401);
  });

  it('a password that the policy refuses uses nothing up; a good one makes the other links worthless', async () => {
    const first = await invite();
    const second = await invite();
    const session = String((await open(first.token)).body['token']);
    for (const password of ['short', 'alllowercase1!', 'NoDigitsHere!', 'NoSpecials123', `Ann@Example.com-${good}`])
      expect((await claim(first.token, session, { password })).status).toBe(400);
    expect((await claim(first.token, session)).status).toBe(200);
    expect((await open(second.token)).status).toBe(401);
  });

  it('whoever tries too often has to wait, also with the right one (S-25)', async () => {
    const { token } = await invite();
    for (let guess = 0; guess < 10; guess += 1) expect((await open(`guess-${guess}`)).status).toBe(401);
    const late = await open(token);
    expect(late.status).toBe(429);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('a password is changed by whoever knows the current one, and its hash is none (S-17)', async () => {
    const key = await world.user('bea');
    await world.done('/user/update', { user_id: 'bea', password: good });
    const change = (current: string, next = 'Another-Horse-8-Battery'): Promise<Called> =>
      world.post('/user/password/change', { current_password: current, new_password: next }, key);
    expect((await change((await passwordHash('bea')) ?? '')).status).toBe(400);
    expect((await change('Wrong-Horse-7-Battery')).status).toBe(400);
    expect((await change(good, good)).status).toBe(400);
    expect((await change(good)).body).toMatchObject({ user_id: 'bea' });
    expect(await verifyPassword(await passwordHash('bea'), 'Another-Horse-8-Battery')).toBe(true);
    for (let guess = 0; guess < 8; guess += 1) await change(`Guess-${guess}`);
    expect((await change('Another-Horse-8-Battery')).status).toBe(429);
  });

  it('a hash as LiteLLM keeps it is no password of anybody', async () => {
    const scrypt = `scrypt:${Buffer.from('salt').toString('base64')}:${Buffer.from('hash').toString('base64')}`;
    await world.run((client) => client.user.update({ where: { id: 'ann' }, data: { passwordHash: scrypt } }));
    expect(await verifyPassword(await passwordHash(), scrypt)).toBe(false);
    expect(await verifyPassword(await passwordHash(), good)).toBe(false);
  });

  it('is made, seen and withdrawn by those who may manage its user', async () => {
    const boss = await world.orgAdmin('boss', 'acme');
    const own = await world.user('self');
    await world.user('staff', { organizations: ['acme'] });
    await world.user('chief', { organizations: ['acme'], user_role: 'proxy_admin' });
    for (const user of ['ann', 'chief', 'boss', 'nobody'])
      expect((await world.post('/invitation/new', { user_id: user }, boss)).status).toBe(403);
    expect((await world.post('/invitation/new', { user_id: 'self' }, own)).status).toBe(403);
    expect((await world.post('/invitation/new', { user_id: 'nobody' })).status).toBe(404);
    const { id } = (await world.done('/invitation/new', { user_id: 'staff' }, boss)) as { id: string };
    const foreign = await world.get(`/invitation/info?invitation_id=${id}`, own);
    expect(foreign.status).toBe(403);
    expect(foreign.text).toBe((await world.get('/invitation/info?invitation_id=none', own)).text);
    expect((await world.get('/invitation/info?invitation_id=none')).status).toBe(404);
    expect((await world.get(`/invitation/info?invitation_id=${id}`, boss)).body).toMatchObject({ user_id: 'staff' });
    expect((await world.post('/invitation/delete', { invitation_id: id }, own)).status).toBe(403);
    expect((await world.post('/invitation/update', { invitation_id: id, is_accepted: false }, boss)).status).toBe(400);
    expect((await world.post('/invitation/update', { invitation_id: id, is_accepted: true }, boss)).body).toMatchObject(
      {
        is_accepted: true,
      },
    );
    expect((await world.post('/invitation/delete', { invitation_id: id }, boss)).status).toBe(200);
    expect(await world.audited(id)).toEqual(['invitation.create', 'invitation.update', 'invitation.delete']);
  });
});
