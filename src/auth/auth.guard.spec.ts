/** The guard: closed to everyone by default, and nobody passes without being known but on public routes. */
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors/gateway-error.js';
import { Audience, KeyInQuery, type AudienceName } from './audience.decorator.js';
import { AuthGuard } from './auth.guard.js';
import type { AuthService } from './auth.service.js';
import type { Principal, Role } from './principal.js';
import { declarePrincipal, principalOf } from './principal-of.js';

const principal = (role: Role): Principal => ({
  role,
  keyHash: 'hash',
  keyAlias: undefined,
  userId: undefined,
  teamId: undefined,
  models: [],
  tags: [],
});

interface Tried {
  readonly outcome: string;
  readonly principal: Principal | null;
  readonly asked: number;
}

async function tryRoute(audience: string | undefined, caller: Principal | GatewayError, later = false): Promise<Tried> {
  const handler = (): void => undefined;
  if (audience !== undefined) Audience(audience as AudienceName)(handler);
  const request = { headers: {}, url: '/health/readiness', routeOptions: { url: '/key/generate' }, principal: null };
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
  const guard = new AuthGuard(auth as unknown as AuthService, new Reflector());
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
    expect((await tryRoute(audience, principal('internal_user'), later)).outcome).toBe(user);
    expect((await tryRoute(audience, principal('proxy_admin'), later)).outcome).toBe(admin);
  }
});

it.each<string | undefined>(['llm_api', 'own_info', 'management', undefined, 'unheard_of'])(
  'audience %s: nobody passes unknown',
  async (audience) => {
    for (const later of [false, true]) {
      expect(await tryRoute(audience, refusal, later)).toEqual({ outcome: 'invalid_key', principal: null, asked: 1 });
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
  void new AuthGuard(auth as unknown as AuthService, new Reflector()).canActivate(
    context as unknown as ExecutionContext,
  );
  expect(given).toEqual([expected]);
});
