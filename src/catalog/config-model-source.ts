/** The ports through which the catalog reads what was added through the management API: models and credentials, opened. */
export interface ConfigModelRow {
  readonly id: string;
  readonly modelName: string;
  readonly litellmParams: unknown;
  readonly modelInfo: unknown;
  /** Why its parameters cannot be had; the others are served all the same. */
  readonly fault?: string;
}

export interface ConfigModelSource {
  /** Every row that is not blocked, oldest first. Rejects where the database is away. */
  list(): Promise<readonly ConfigModelRow[]>;
}

export const CONFIG_MODEL_SOURCE = Symbol('CONFIG_MODEL_SOURCE');

export interface StoredCredential {
  readonly name: string;
  readonly values: unknown;
  readonly info: unknown;
  /** Why its values cannot be had. */
  readonly fault?: string;
}

export interface CredentialSource {
  /** Every row. Rejects where the database is away. */
  list(): Promise<readonly StoredCredential[]>;
}

export const CREDENTIAL_SOURCE = Symbol('CREDENTIAL_SOURCE');
