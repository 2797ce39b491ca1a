/** Recognises the master key, in a time that does not depend on how much of it was guessed. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../principal.js';

export class MasterKeyAuthenticator {
  private readonly digest: Buffer;
  private readonly principal: Principal;

  constructor(masterKey: string) {
    this.digest = hash('sha256', masterKey, 'buffer');
    this.principal = {
      role: 'proxy_admin',
      isMaster: true,
      keyHash: this.digest.toString('hex'),
      keyAlias: undefined,
      userId: 'default_user_id',
      teamId: undefined,
      models: [],
      tags: [],
    };
  }

  /** @param keyDigest SHA-256 of the presented key: comparing digests makes both sides equally long. */
  authenticate(keyDigest: Buffer): Principal | null {
    return timingSafeEqual(this.digest, keyDigest) ? this.principal : null;
  }
}
