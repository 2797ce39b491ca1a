/** The port by which an import opens what LiteLLM has encrypted, and encrypts it for the gateway's own database. */

export interface ImportSecrets {
  /** Null for what is no ciphertext under LiteLLM's key. */
  open(sealed: string): string | null;
  /** @returns the envelope for `config_models.sealed_params` of this model */
  sealModelParams(modelId: string, json: string): string;
  /** @returns the envelope for `credentials.sealed_values` of this credential */
  sealCredential(name: string, json: string): string;
}
