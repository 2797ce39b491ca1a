/** The port through which the catalog reads the models that were added through the management API. */
export interface ConfigModelRow {
  readonly id: string;
  readonly modelName: string;
  readonly litellmParams: unknown;
  readonly modelInfo: unknown;
}

export interface ConfigModelSource {
  /** Every row, oldest first. Rejects where the database is away. */
  list(): Promise<readonly ConfigModelRow[]>;
}

export const CONFIG_MODEL_SOURCE = Symbol('CONFIG_MODEL_SOURCE');
