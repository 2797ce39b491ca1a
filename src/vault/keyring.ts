/** The key-encryption keys, derived from the operator's secrets: the first writes, all of them read. */
import { hkdfSync } from 'node:crypto';

export interface KeyEncryptionKey {
  /** Stands in the header of what it wraps, and tells nothing of the key. */
  readonly id: string;
  readonly key: Buffer;
}

const idBytes = 8;
const keyBytes = 32;

export class Keyring {
  private readonly keys: readonly KeyEncryptionKey[];

  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => ({
      id: derive(secret, 'tollgate/vault/key-id', idBytes).toString('hex'),
      key: derive(secret, 'tollgate/vault/key-encryption-key', keyBytes),
    }));
  }

  /** Null where nothing can be written. */
  get current(): KeyEncryptionKey | null {
    return this.keys[0] ?? null;
  }

  find(id: string): KeyEncryptionKey | null {
    return this.keys.find((key) => key.id === id) ?? null;
  }
}

function derive(secret: string, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, length));
}
