import { checkJwt } from './jwt-settings.js';
import type { ConfigProblem } from './config-problem.js';
import type { LocatedMap } from './located.js';
import { jwtAuthSchema } from './schema/jwt.schema.js';
import { toJwtSettings } from './jwt-settings.js';

const root: LocatedMap = {
  kind: 'map',
  origin: { file: 'config.yaml', path: '', line: 1, column: 1 } as never,
  entries: new Map(),
};

function problemsOf(wire: object, environment: Readonly<Record<string, string>> = {}): string {
  const problems: ConfigProblem[] = [];
  checkJwt(root, jwtAuthSchema.parse(wire), environment, problems);
  return problems.map(({ message }) => message).join('\n');
}

const issuer = { issuer: 'https://a', audience: 'tollgate' };

it('takes an issuer with an audience, from the file or the environment', () => {
  expect(problemsOf({ issuers: [issuer] })).toBe('');
  expect(problemsOf({}, { JWT_ISSUER: 'https://a', JWT_AUDIENCE: 'tollgate, other' })).toBe('');
});

it.each([
  ['no issuer at all', {}, {}, 'no issuer is named'],
  ['an issuer of the environment without an audience', {}, { JWT_ISSUER: 'https://a' }, 'JWT_AUDIENCE'],
  ['an audience of the environment without an issuer', {}, { JWT_AUDIENCE: 'x' }, 'JWT_ISSUER'],
  ['keys of the environment alone', {}, { JWT_PUBLIC_KEY_URL: 'https://a/keys' }, 'JWT_ISSUER'],
  ['an issuer without an audience', { issuers: [{ issuer: 'https://a' }] }, {}, 'has no `audience`'],
  [
    'an audience that is not to be checked',
    { issuers: [{ ...issuer, disable_audience_validation: true }] },
    {},
    'Remove one',
  ],
  ['an issuer twice', { issuers: [issuer, issuer] }, {}, 'twice'],
  ['allowed roles without their claim', { issuers: [issuer], user_allowed_roles: ['x'] }, {}, 'need each other'],
  ['an object without roles', { issuers: [issuer], object_id_jwt_field: 'sub' }, {}, 'role_mappings'],
  [
    'roles without their claim',
    { issuers: [issuer], role_mappings: [{ role: 'a', internal_role: 'team' }] },
    {},
    'roles_jwt_field',
  ],
  ['scopes that open nothing', { issuers: [issuer], enforce_scope_based_access: true }, {}, 'scope_mappings'],
])('refuses %s', (_what, wire, environment, expected) => {
  expect(problemsOf(wire, environment)).toContain(expected);
});

it('gives the environment’s issuer the general claims, and lists for what is written with commas', () => {
  const environment = { JWT_ISSUER: 'https://a', JWT_AUDIENCE: 'x, y', JWT_PUBLIC_KEY_URL: 'https://a/1,https://a/2' };
  expect(toJwtSettings(jwtAuthSchema.parse({ user_id_jwt_field: 'sub' }), environment).issuers).toMatchObject([
    {
      issuer: 'https://a',
      audience: ['x', 'y'],
      jwksUrls: ['https://a/1', 'https://a/2'],
      claims: { userId: 'sub' },
      unregistered: 'fallback_team_mapping',
    },
  ]);
});
