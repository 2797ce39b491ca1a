/** Who changes something, as the audit log names them. */
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../../auth/principal-of.js';
import type { Principal } from '../../auth/principal.js';

export interface Actor {
  readonly principal: Principal;
  /** The user, or the key where it belongs to nobody. */
  readonly name: string;
  readonly role: string;
  /** SHA-256, hex; empty for callers without a key. */
  readonly keyHash: string;
  /** The caller's IP address. */
  readonly address: string;
}

/** @throws GatewayError `internal` for a public route */
export function actorOf(request: FastifyRequest): Actor {
  const principal = principalOf(request);
  const { userId, keyHash, role } = principal;
  return { principal, name: userId ?? keyHash, role, keyHash, address: request.ip };
}

/**
 * Whoever changes something without a request.
 *
 * @param name such as `import`
 */
export function commandActor(name: string): Actor {
  const principal: Principal = {
    role: 'proxy_admin',
    keyHash: '',
    keyAlias: undefined,
    userId: name,
    teamId: undefined,
    models: [],
    tags: [],
  };
  return { principal, name, role: 'command', keyHash: '', address: '' };
}
