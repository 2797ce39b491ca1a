import { GatewayError } from '../../../core/errors/gateway-error.js';
import { identityOf, type TokenIdentity } from './token-identity.js';
import { audienceName, issuerName, settingsOf } from './testing-issuer.js';

function identity(wire: object, claims: object): TokenIdentity {
  const settings = settingsOf({ issuers: [{ issuer: issuerName, audience: audienceName }], ...wire });
  const [issuer] = settings.issuers;
  if (!issuer) throw new Error('no issuer');
  return identityOf({ issuer, claims: { ...claims }, expiresAtMs: 0 }, settings);
}

function refusal(wire: object, claims: object): string {
  try {
    identity(wire, claims);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'token_not_allowed' && error.status === 403)
      return error.message;
  }
  throw new Error('it was let in');
}

it('says nothing of a bearer where no claim is mapped', () => {
  expect(identity({}, { sub: 'ada', email: 'ada@example.com', groups: ['a'] })).toEqual({
    subject: `${issuerName} ada`,
    isAdmin: false,
    isCustomer: false,
    teamIds: [],
    namesTeams: false,
  });
});

it('reads claims by their whole name, then by dots into objects', () => {
  const wire = {
    user_id_jwt_field: 'https://example.com/user.id',
    org_id_jwt_field: 'org.id',
    team_ids_jwt_field: 'realm.groups',
  };
  const claims = { 'https://example.com/user.id': 'ada', org: { id: 7 }, realm: { groups: ['a', 'b', 'a', 3] } };
  expect(identity(wire, claims)).toMatchObject({ userId: 'ada', organizationId: '7', teamIds: ['a', 'b'] });
});

it.each(['__proto__.x', 'constructor.name', 'toString', 'a.length'])('finds no claim in a prototype: %s', (path) => {
  expect(identity({ user_id_jwt_field: path }, { a: 'text' }).userId).toBeUndefined();
});

it.each([{ not: '' }, ['ada'], true, null, '', 'x'.repeat(257)])('takes no such value for an id: %j', (value) => {
  expect(identity({ user_id_jwt_field: 'sub' }, { sub: value }).userId).toBeUndefined();
});

it('knows a user by email where there is no id', () => {
  expect(identity({ user_email_jwt_field: 'email' }, { email: 'ada@example.com' })).toMatchObject({
    userId: 'ada@example.com',
    userEmail: 'ada@example.com',
  });
});

it.each([{ scope: 'openid litellm_proxy_admin' }, { scp: ['litellm_proxy_admin'] }])(
  'makes an admin by scope: %j',
  (claims) => {
    expect(identity({}, claims).isAdmin).toBe(true);
  },
);

it.each(['litellm_proxy_admins', 'LITELLM_PROXY_ADMIN', 'litellm_proxy_admin,x', 'x:litellm_proxy_admin'])(
  'makes none by a scope that is alike: %s',
  (scope) => {
    expect(identity({}, { scope }).isAdmin).toBe(false);
  },
);

describe('roles that are mapped', () => {
  const wire = {
    roles_jwt_field: 'roles',
    object_id_jwt_field: 'sub',
    role_mappings: [
      { role: 'admins', internal_role: 'proxy_admin' },
      { role: 'teams', internal_role: 'team' },
      { role: 'people', internal_role: 'internal_user' },
      { role: 'guests', internal_role: 'customer' },
    ],
  };

  it('say whether the object is a user or a team', () => {
    expect(identity(wire, { sub: 'x', roles: ['people'] })).toMatchObject({ userId: 'x', teamIds: [] });
    expect(identity(wire, { sub: 'x', roles: ['teams'] })).toMatchObject({ userId: undefined, teamIds: ['x'] });
    expect(identity(wire, { sub: 'x', roles: ['guests'] }).isCustomer).toBe(true);
    expect(identity(wire, { sub: 'x', roles: ['people', 'admins'] }).isAdmin).toBe(true);
    expect(identity(wire, { sub: 'x', roles: ['unheard of'] })).toMatchObject({ isAdmin: false, userId: undefined });
  });

  it('are needed where that is enforced', () => {
    expect(refusal({ ...wire, enforce_rbac: true }, { sub: 'x', roles: ['unheard of'] })).toContain('no role');
    expect(refusal({ ...wire, enforce_rbac: true }, { sub: 'x' })).toContain('no role');
  });
});

it('makes of a user what the provider’s roles say, the first rule that fits', () => {
  const wire = {
    roles_jwt_field: 'roles',
    jwt_litellm_role_map: [
      { jwt_role: 'gateway.*-admin', litellm_role: 'proxy_admin' },
      { jwt_role: '*', litellm_role: 'internal_user_viewer' },
    ],
  };
  expect(identity(wire, { roles: ['gateway.eu-admin'] }).userRole).toBe('proxy_admin');
  expect(identity(wire, { roles: ['gatewayXeu-admin'] }).userRole).toBe('internal_user_viewer');
  expect(identity(wire, {}).userRole).toBeUndefined();
});

it('needs one of the roles that are let in', () => {
  const wire = { user_roles_jwt_field: 'access.roles', user_allowed_roles: ['gateway'] };
  expect(identity(wire, { access: { roles: ['gateway', 'x'] } }).isAdmin).toBe(false);
  expect(refusal(wire, { access: { roles: ['x'] } })).toContain('none of the roles');
  expect(refusal(wire, {})).toContain('none of the roles');
});

it.each([false, 'false'])('knows nobody by an address that the provider has not verified (%j)', (verified) => {
  const wire = { user_id_jwt_field: 'sub', user_email_jwt_field: 'email', user_allowed_email_domain: 'example.com' };
  const claims = { email: 'ada@example.com', email_verified: verified };
  expect(identity({ user_email_jwt_field: 'email' }, claims)).toMatchObject({
    userId: undefined,
    userEmail: undefined,
  });
  expect(refusal(wire, claims)).toContain('email');
  expect(identity(wire, { ...claims, email_verified: true }).userEmail).toBe('ada@example.com');
});

describe('an email domain that is let in', () => {
  const wire = { user_email_jwt_field: 'email', user_allowed_email_domain: '@Example.com' };

  it('lets in its own', () => {
    expect(identity(wire, { email: 'Ada@EXAMPLE.com' }).userEmail).toBe('Ada@EXAMPLE.com');
  });

  it.each([
    'ada@evil.com',
    'ada@example.com.evil.com',
    'ada@notexample.com',
    '"ada@example.com"@evil.com',
    'example.com',
    'ada@sub.example.com',
    '',
  ])('keeps out %s', (email) => {
    expect(refusal(wire, { email })).toContain('email');
  });
});

it('falls back to the default team where the token names none', () => {
  const wire = { team_id_jwt_field: 'team', team_id_default: 'everybody' };
  expect(identity(wire, { team: 'research' }).teamIds).toEqual(['research']);
  expect(identity(wire, {}).teamIds).toEqual(['everybody']);
});

it('opens what the scopes open, and nothing without one', () => {
  const wire = {
    enforce_scope_based_access: true,
    scope_mappings: [
      { scope: 'chat', models: ['gpt-4o'], routes: ['llm_api_routes'] },
      { scope: 'embed', models: ['ada'], routes: ['/v1/embeddings'] },
    ],
  };
  expect(identity(wire, { scope: 'embed chat' }).scoped).toEqual({
    models: ['gpt-4o', 'ada'],
    routes: ['llm_api_routes', '/v1/embeddings'],
  });
  expect(refusal(wire, { scope: 'other' })).toContain('none of its scopes');
});

it('gives the claim that stands for a virtual key', () => {
  expect(identity({ virtual_key_claim_field: 'azp' }, { azp: 'app-1' }).virtualKeyClaim).toEqual({
    issuer: issuerName,
    name: 'azp',
    value: 'app-1',
  });
  expect(identity({ virtual_key_claim_field: 'azp' }, {}).virtualKeyClaim).toBeUndefined();
});

it('reads an issuer’s own claims before the general ones', () => {
  const issuers = [{ issuer: issuerName, audience: audienceName, user_id_jwt_field: 'oid' }];
  expect(identity({ issuers, user_id_jwt_field: 'sub' }, { oid: 'a', sub: 'b' }).userId).toBe('a');
});
