/** The port through which the guard learns whom a path belongs to that no route was written for. */
import type { FastifyRequest } from 'fastify';
import type { RouteFacts } from './route-facts.js';

/** The injection token; where nothing is bound there are no such paths. */
export const ENTRY_ROUTES = Symbol('ENTRY_ROUTES');

/** What stands behind a path, as far as it decides who may call it. */
export interface EntryRoute {
  /** Its template is the entry's path, with a star where all that lies below belongs to it. */
  readonly facts: RouteFacts;
  /** Needs no key. */
  readonly isOpen: boolean;
  /** The key that clients of this entry give elsewhere than in the usual headers. */
  readonly givenKey: string | undefined;
}

export interface EntryRoutes {
  /**
   * Undefined where nothing stands behind it.
   *
   * @throws GatewayError `malformed_request` for a path that two servers might read differently
   */
  find(request: FastifyRequest): EntryRoute | undefined;
}
