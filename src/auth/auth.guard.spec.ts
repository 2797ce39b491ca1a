/** The guard: closed to everyone by default, and nobody passes without being known but on public routes. */
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors/gateway-error.js';
import { Audience, KeyInQuery, type AudienceName } from './audience.decorator.js';
import type { AccessSettings } from '../config/access-settings.js';
import type { SettingsService } from '../config/settings.service.js';
import { AddressList } from './addresses/address-list.js';
import { AuthGuard } from './auth.guard.js';
import type { AuthService } from './auth.service.js';
import type { Principal, Role } from './principal.js';
import { declarePrincipal, principalOf } from './principal-of.js';
import { RoutePolicy } from './routes/route-policy.service.js';

const principal = (role: Role): Principal => ({
  role,
  keyHash: 'hash',
  keyAlias: undefined,
  userId: undefined,
  teamId: undefined,
  models: [],
  tags: [],
});

const everythingOpen: AccessSettings = { allowedIps: [], allowedRoutes: [], adminOnlyRoutes: [], publicRoutes: [] };
const policyOf = (access: Partial<AccessSettings> = {}): RoutePolicy =>
  new RoutePolicy({ general: { access: { ...everythingOpen, ...access } } } as unknown as SettingsService);

interface Tried {
  readonly outcome: string;
  readonly principal: Principal | null;
  readonly asked: number;
}

interface Attempt {
  readonly later?: boolean;
  readonly access?: Partial<AccessSettings>;
  readonly route?: { readonly method: string; readonly template: string };
  readonly ip?: string;
}

const keyRoute = { method: 'POST', template: '/key/generate' };

async function tryRoute(
  audience: string | undefined,
  caller: Principal | GatewayError,
  { later = false, access, route = keyRoute, ip = '10.0.0.1' }: Attempt = {},
): Promise<Tried> {
  const handler = (): void => undefined;
  if (audience !== undefined) Audience(audience as AudienceName)(handler);
  const { method, template } = route;
  const request = { headers: {}, method, ip, url: '/health/readiness', routeOptions: { url: template }, principal: null }; // prettier-ignore
  let asked = 0;
  const auth = {
    authenticate: () => {
      asked += 1;
      if (caller instanceof GatewayError) {
        if (later) return Promise.reject(caller);
        throw caller;
      }
      return later ? Promise.resolve(caller) : caller;
    },
  };
  const context = { getHandler: () => handler, getClass: () => class {}, switchToHttp: () => ({ getRequest: () => request }) }; // prettier-ignore
  const guard = new AuthGuard(auth as unknown as AuthService, policyOf(access), new Reflector());
  let outcome: string;
  try {
    outcome = (await guard.canActivate(context as unknown as ExecutionContext)) ? 'let in' : 'kept out';
  } catch (error) {
    outcome = error instanceof GatewayError ? error.code : 'untyped';
  }
  return { outcome, principal: request.principal, asked };
}

const refusal = new GatewayError('invalid_key');

it.each<[string | undefined, string, string]>([
  ['public', 'let in', 'let in'],
  ['llm_api', 'let in', 'let in'],
  ['own_info', 'let in', 'let in'],
  ['management', 'admin_only', 'let in'],
  [undefined, 'forbidden', 'forbidden'],
  ['unheard_of', 'forbidden', 'forbidden'],
  ['', 'forbidden', 'forbidden'],
])('audience %s: a user is %s, an admin is %s, whether known at once or later', async (audience, user, admin) => {
  for (const later of [false, true]) {
    expect((await tryRoute(audience, principal('internal_user'), { later })).outcome).toBe(user);
    expect((await tryRoute(audience, principal('proxy_admin'), { later })).outcome).toBe(admin);
  }
});

it.each<string | undefined>(['llm_api', 'own_info', 'management', undefined, 'unheard_of'])(
  'audience %s: nobody passes unknown',
  async (audience) => {
    for (const later of [false, true]) {
      expect(await tryRoute(audience, refusal, { later })).toEqual({
        outcome: 'invalid_key',
        principal: null,
        asked: 1,
      });
    }
  },
);

it('asks nobody for a key on a public route, and makes up no principal', async () => {
  expect(await tryRoute('public', refusal)).toEqual({ outcome: 'let in', principal: null, asked: 0 });
});

it('hands the principal on only to those whom it lets in', async () => {
  expect((await tryRoute('llm_api', principal('internal_user'))).principal).toEqual(principal('internal_user'));
  expect((await tryRoute('management', principal('internal_user'))).principal).toBeNull();
  expect((await tryRoute(undefined, principal('proxy_admin'))).principal).toBeNull();
});

describe('principalOf', () => {
  it('gives whom the guard has let in', () => {
    const known = principal('internal_user');
    expect(principalOf({ principal: known } as FastifyRequest)).toBe(known);
  });

  it('never makes up an anonymous one', () => {
    for (const none of [null, undefined]) {
      expect(() => principalOf({ principal: none } as unknown as FastifyRequest)).toThrow(
        expect.objectContaining({ code: 'internal' }),
      );
    }
  });

  it('starts every request without one', () => {
    const decorated: unknown[] = [];
    declarePrincipal({ decorateRequest: (...given: unknown[]) => decorated.push(given) } as never);
    expect(decorated).toEqual([['principal', null]]);
  });
});

it.each([
  [true, { key: 'sk-q' }, 'sk-q'],
  [true, { key: ['sk-1', 'sk-2'] }, undefined],
  [false, { key: 'sk-q' }, undefined],
])('a route that takes keys in its address (%p) is given %j as %p', (takes, query, expected) => {
  const handler = (): void => undefined;
  Audience('llm_api')(handler);
  if (takes) KeyInQuery()(handler);
  const given: unknown[] = [];
  const auth = {
    authenticate: (_headers: unknown, queryKey: unknown) => {
      given.push(queryKey);
      return principal('internal_user');
    },
  };
  const request = { headers: {}, query, routeOptions: { url: '/' } };
  const context = { getHandler: () => handler, switchToHttp: () => ({ getRequest: () => request }) };
  void new AuthGuard(auth as unknown as AuthService, policyOf(), new Reflector()).canActivate(
    context as unknown as ExecutionContext,
  );
  expect(given).toEqual([expected]);
});

describe('the operator’s settings', () => {
  const user = principal('internal_user');
  const admin = principal('proxy_admin');

  it('let nobody in from elsewhere, not even an administrator, and ask for no key before', async () => {
    const access = { allowedIps: ['10.0.0.0/8'] };
    expect((await tryRoute('llm_api', user, { access })).outcome).toBe('let in');
    expect((await tryRoute('llm_api', user, { access, ip: '::ffff:10.1.1.1' })).outcome).toBe('let in');
    expect(await tryRoute('management', admin, { access, ip: '11.0.0.1' })).toMatchObject({ outcome: 'address_not_allowed', asked: 0 }); // prettier-ignore
    expect((await tryRoute('llm_api', admin, { access, ip: 'unknown' })).outcome).toBe('address_not_allowed');
    expect((await tryRoute('public', admin, { access, ip: '11.0.0.1' })).outcome).toBe('let in');
  });

  it('serve no route that is not listed', async () => {
    const access = { allowedRoutes: ['llm_api_routes'] };
    expect((await tryRoute('management', admin, { access })).outcome).toBe('route_not_served');
    const route = { method: 'POST', template: '/v1/chat/completions' };
    expect((await tryRoute('llm_api', user, { access, route })).outcome).toBe('let in');
  });

  it('keep routes for administrators', async () => {
    const access = { adminOnlyRoutes: ['/v1/files'] };
    const route = { method: 'POST', template: '/v1/files' };
    expect((await tryRoute('llm_api', user, { access, route })).outcome).toBe('admin_only');
    expect((await tryRoute('llm_api', principal('proxy_admin_viewer'), { access, route })).outcome).toBe('admin_only');
    expect((await tryRoute('llm_api', admin, { access, route })).outcome).toBe('let in');
  });

  it.each([
    ['llm_api', 'GET', '/v1/models', 'let in'],
    ['llm_api', 'HEAD', '/v1/models', 'let in'],
    ['llm_api', 'POST', '/v1/chat/completions', 'invalid_key'],
    ['own_info', 'GET', '/key/info', 'invalid_key'],
    ['admin_read', 'GET', '/spend/logs', 'invalid_key'],
    ['management', 'GET', '/config', 'invalid_key'],
  ])('open what is looked at, and nothing else: %s %s %s', async (audience, method, template, outcome) => {
    const access = { publicRoutes: ['*'] };
    const tried = await tryRoute(audience, refusal, { access, route: { method, template } });
    expect(tried.outcome).toBe(outcome);
    if (outcome === 'let in')
      expect(tried.principal).toMatchObject({ role: 'customer', keyHash: '', userId: undefined });
    else expect(tried.principal).toBeNull();
  });
});

describe('what a key itself may', () => {
  const narrowed = (given: Partial<Principal>): Principal => ({ ...principal('proxy_admin'), ...given });

  it('only narrows what its role may', async () => {
    const open = narrowed({ allowedRoutes: ['/key/generate', 'management_routes', '*'] });
    expect((await tryRoute('management', open)).outcome).toBe('let in');
    expect((await tryRoute('management', { ...open, role: 'internal_user' })).outcome).toBe('admin_only');
    expect((await tryRoute('master_key', open)).outcome).toBe('admin_only');
    expect((await tryRoute('management', narrowed({ allowedRoutes: ['llm_api_routes'] }))).outcome).toBe(
      'route_not_allowed',
    );
  });

  it('is bound to its addresses', async () => {
    const bound = narrowed({ allowedAddresses: new AddressList(['10.0.0.7']) });
    expect((await tryRoute('llm_api', bound, { ip: '10.0.0.7' })).outcome).toBe('let in');
    expect((await tryRoute('llm_api', bound, { ip: '10.0.0.8' })).outcome).toBe('address_not_allowed');
  });
});
