/** What the operator's settings say of routes and addresses, whoever calls; read anew with each configuration. */
import { Injectable } from '@nestjs/common';
import type { AccessSettings } from '../../config/access-settings.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { AddressList } from '../addresses/address-list.js';
import type { Principal } from '../principal.js';
import type { RouteFacts } from './route-facts.js';
import { listsRoute } from './route-list.js';

/** Whoever calls a route that the operator has opened to everybody: it owns nothing, and is charged nothing. */
export const everybody: Principal = Object.freeze({
  role: 'customer',
  keyHash: '',
  keyAlias: undefined,
  userId: undefined,
  teamId: undefined,
  models: [],
  tags: [],
});

@Injectable()
export class RoutePolicy {
  private settings: AccessSettings | undefined;
  private addresses: AddressList | undefined;

  constructor(private readonly source: SettingsService) {}

  /** @throws GatewayError `address_not_allowed` or `route_not_served` */
  checkRequest(address: string, route: RouteFacts): void {
    const { allowedIps, allowedRoutes } = this.current();
    if (allowedIps.length > 0 && this.addresses?.holds(address) !== true)
      throw new GatewayError('address_not_allowed', { facts: { address } });
    if (allowedRoutes.length > 0 && !listsRoute(allowedRoutes, route))
      throw new GatewayError('route_not_served', { facts: { route: route.template } });
  }

  /**
   * Whether the route needs no key. Settings open what is merely looked at: whatever is listed besides goes on asking
   * for a key, since nobody would pay for it or could be held to account.
   */
  isOpenToAll(route: RouteFacts): boolean {
    const { publicRoutes } = this.current();
    if (publicRoutes.length === 0 || route.audience !== 'llm_api') return false;
    return route.method === 'GET' && listsRoute(publicRoutes, route);
  }

  /**
   * What a caller may do there who is known, and whose role may call the route.
   *
   * @throws GatewayError `address_not_allowed`, `route_not_allowed` or `admin_only`
   */
  checkCaller(address: string, route: RouteFacts, principal: Principal): void {
    const { allowedAddresses, allowedRoutes, role } = principal;
    if (allowedAddresses && !allowedAddresses.holds(address))
      throw new GatewayError('address_not_allowed', { facts: { address } });
    if (allowedRoutes && allowedRoutes.length > 0 && !listsRoute(allowedRoutes, route)) {
      const facts = { allowed: allowedRoutes.join(', ').slice(0, 500), route: route.template };
      throw new GatewayError('route_not_allowed', { facts });
    }
    const { adminOnlyRoutes } = this.current();
    if (role !== 'proxy_admin' && adminOnlyRoutes.length > 0 && listsRoute(adminOnlyRoutes, route))
      throw new GatewayError('admin_only', { facts: { route: route.template, role } });
  }

  private current(): AccessSettings {
    const { access } = this.source.general;
    if (access !== this.settings) {
      this.settings = access;
      this.addresses = new AddressList(access.allowedIps);
    }
    return access;
  }
}
