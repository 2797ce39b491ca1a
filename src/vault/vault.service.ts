/** Encrypts what the database keeps of credentials, and opens it again in the place where it stands. */
import { GatewayError } from '../core/errors/gateway-error.js';
import { envelopePrefix, keyIdOf, openEnvelope, sealEnvelope } from './envelope.js';
import { Keyring } from './keyring.js';
import type { SealedPlace } from './sealed-place.js';

export class Vault {
  private known: { readonly secrets: readonly string[]; readonly ring: Keyring } | undefined;

  /** @param secrets the operator's, the one that writes first; asked each time, and read anew where the list is another one */
  constructor(private readonly secrets: () => readonly string[]) {}

  /** Whether there is a key to write with. */
  get canSeal(): boolean {
    return this.ring().current !== null;
  }

  /** What everything begins with that the current key has sealed; null without a key. */
  get currentPrefix(): string | null {
    const { current } = this.ring();
    return current && envelopePrefix(current.id);
  }

  /** @throws GatewayError `no_encryption_key` */
  seal(place: SealedPlace, text: string): string {
    const { current } = this.ring();
    if (!current) throw new GatewayError('no_encryption_key');
    return sealEnvelope(current, place, text);
  }

  /** @throws GatewayError `secret_unreadable` whose reason names the key that is missing, or says that the value is not what was written */
  open(place: SealedPlace, envelope: string): string {
    const id = keyIdOf(envelope);
    const key = id === null ? null : this.ring().find(id);
    if (id !== null && key === null) {
      throw unreadable(
        place,
        `it is sealed under the key ${id}, which is not among the encryption keys. Add that key to TOLLGATE_ENCRYPTION_KEY`,
      );
    }
    const text = key && openEnvelope(key, place, envelope);
    if (text === null)
      throw unreadable(place, 'it was damaged, changed, or moved here from another place. Store it again');
    return text;
  }

  private ring(): Keyring {
    const secrets = this.secrets();
    if (this.known?.secrets !== secrets) this.known = { secrets, ring: new Keyring(secrets) };
    return this.known.ring;
  }
}

function unreadable({ table, row, column }: SealedPlace, reason: string): GatewayError {
  const detail = `${column} of ${row} in ${table}`;
  return new GatewayError('secret_unreadable', { facts: { reason }, detail });
}
