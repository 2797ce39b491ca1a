/** The one guard of every route, closed by default: it decides on the matched route's declaration, never on a URL. */
import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../core/errors/gateway-error.js';
import { AUDIENCE_METADATA, KEY_IN_QUERY_METADATA, type AudienceName } from './audience.decorator.js';
import { AuthService } from './auth.service.js';
import { keyInQuery } from './key-in-query.js';
import type { Principal } from './principal.js';
import { mayCall } from './routes/audience-roles.js';
import type { RouteFacts } from './routes/route-facts.js';
import { ENTRY_ROUTES, type EntryRoute, type EntryRoutes } from './routes/entry-routes.js';
import { everybody, RoutePolicy } from './routes/route-policy.service.js';

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly policy: RoutePolicy,
    private readonly reflector: Reflector,
    @Optional() @Inject(ENTRY_ROUTES) private readonly entries?: EntryRoutes,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const audience = this.reflector.get<AudienceName | undefined>(AUDIENCE_METADATA, context.getHandler());
    if (audience === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (audience === 'entry') return this.admitToEntry(request, this.entries?.find(request));
    const queryKey = this.takesKeyInQuery(context) ? keyInQuery(request) : undefined;
    const route = audience === undefined ? undefined : factsOf(request, audience);
    if (route) {
      this.policy.checkRequest(request.ip, route);
      if (this.policy.isOpenToAll(route)) return letIn(request, everybody);
    }
    const principal = this.auth.authenticate(request, queryKey);
    if (principal instanceof Promise) return principal.then((known) => this.admit(request, known, route));
    return this.admit(request, principal, route);
  }

  /** Where nothing stands behind the path, only those hear of it who are known. */
  private admitToEntry(request: FastifyRequest, entry: EntryRoute | undefined): boolean | Promise<boolean> {
    const facts = entry?.facts ?? factsOf(request, 'entry');
    this.policy.checkRequest(request.ip, facts);
    if (entry?.isOpen === true) return letIn(request, everybody);
    const principal = this.auth.authenticate(request, entry?.givenKey);
    if (principal instanceof Promise) return principal.then((known) => this.admit(request, known, facts));
    return this.admit(request, principal, facts);
  }

  /** @throws GatewayError `admin_only` and what the policy says, or `forbidden` for a route that declares nobody */
  private admit(request: FastifyRequest, principal: Principal, route: RouteFacts | undefined): boolean {
    // A route may declare nobody, and metadata may hold what is no audience.
    const allows = route === undefined ? undefined : mayCall[route.audience];
    if (!route || !allows) {
      const reason = `The route ${request.routeOptions.url ?? ''} is open to nobody.`;
      throw new GatewayError('forbidden', { facts: { reason } });
    }
    if (!allows(principal))
      throw new GatewayError('admin_only', { facts: { route: route.template, role: principal.role } });
    this.policy.checkCaller(request.ip, route, principal);
    return letIn(request, principal);
  }

  private takesKeyInQuery(context: ExecutionContext): boolean {
    return this.reflector.get<unknown>(KEY_IN_QUERY_METADATA, context.getHandler()) === true;
  }
}

/** The router answers HEAD by the handler of GET. */
function factsOf({ method, routeOptions }: FastifyRequest, audience: AudienceName): RouteFacts {
  return { method: method === 'HEAD' ? 'GET' : method, template: routeOptions.url ?? '', audience };
}

function letIn(request: FastifyRequest, principal: Principal): true {
  request.principal = principal;
  return true;
}
