/** What authentication is given: the master key and how far cached keys are trusted. */
export const AUTH_SETTINGS = Symbol('AUTH_SETTINGS');

export interface AuthSettings {
  /** Checked for strength where the configuration is read. */
  readonly masterKey: string;
  /** How many keys are kept. */
  readonly maxCachedKeys: number;
  /** How old a cached key may become before it is read again, milliseconds; changes do not wait for it. */
  readonly keyTtlMs: number;
  /** Serve known keys while the database is away. */
  readonly serveWithoutDatabase: boolean;
  /** How old a cached key may be then, milliseconds. */
  readonly staleKeyMaxMs: number;
  /** One more header that may hold the key, lower case. */
  readonly keyHeader: string | undefined;
}
