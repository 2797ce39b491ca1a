/** The ports through which the catalog reads what was added through the management API: models, credentials and guardrails, opened. */
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

export interface StoredGuardrail {
  readonly id: string;
  readonly name: string;
  /** `litellm_params`; where they cannot be had, those that are no secret. */
  readonly params: unknown;
  readonly info: unknown;
  /** Why its secret parameters cannot be had. */
  readonly fault?: string;
}

/** What was stored beside the models. */
export interface StoredParts {
  readonly credentials: readonly StoredCredential[];
  readonly guardrails: readonly StoredGuardrail[];
}

export interface StoredPartsSource {
  /** Every row. Rejects where the database is away. */
  list(): Promise<StoredParts>;
}

export const STORED_PARTS_SOURCE = Symbol('STORED_PARTS_SOURCE');

export const noStoredParts: StoredParts = { credentials: [], guardrails: [] };
