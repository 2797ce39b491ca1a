/** Where an encrypted value stands: it opens there and nowhere else. */

export interface SealedPlace {
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/** Every column of the database that holds envelopes. */
export const sealedPlaces = {
  modelParams: (id: string): SealedPlace => ({ table: 'config_models', row: id, column: 'sealed_params' }),
  credentialValues: (name: string): SealedPlace => ({ table: 'credentials', row: name, column: 'sealed_values' }),
  guardrailParams: (id: string): SealedPlace => ({ table: 'guardrails', row: id, column: 'sealed_params' }),
  configSetting: (section: string, name: string): SealedPlace => ({
    table: 'config_settings',
    row: `${section}.${name}`,
    column: 'sealed_value',
  }),
} as const;
