/** Who is calling: what authentication has established about the bearer of a key. */

export type Role = 'proxy_admin' | 'internal_user';

export interface Principal {
  readonly role: Role;
  /** SHA-256 of the clear key, hex: identifies the key in the ledger and nowhere grants anything. */
  readonly keyHash: string;
  readonly keyAlias: string | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  /** The names and patterns of the models it may use; empty for all. */
  readonly models: readonly string[];
  /** Added to those of each of its requests. */
  readonly tags: readonly string[];
}
