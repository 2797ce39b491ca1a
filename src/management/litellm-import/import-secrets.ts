/** How an import opens what LiteLLM has encrypted, and encrypts it for the gateway's own database. */
import { openLitellmSecret } from '../../vault/open-litellm-secret.js';
import { sealedPlaces } from '../../vault/sealed-place.js';
import type { Vault } from '../../vault/vault.service.js';

export interface ImportSecrets {
  /** Null for what is no ciphertext under LiteLLM's key. */
  open(sealed: string): string | null;
  /** @returns the envelope for `config_models.sealed_params` of this model */
  sealModelParams(modelId: string, json: string): string;
  /** @returns the envelope for `credentials.sealed_values` of this credential */
  sealCredential(name: string, json: string): string;
}

/** Undefined where there is no key for one of the two. */
export function importSecrets(vault: Vault, saltKey: string | undefined): ImportSecrets | undefined {
  if (saltKey === undefined || !vault.canSeal) return undefined;
  return {
    open: (sealed) => openLitellmSecret(sealed, saltKey),
    sealModelParams: (id, json) => vault.seal(sealedPlaces.modelParams(id), json),
    sealCredential: (name, json) => vault.seal(sealedPlaces.credentialValues(name), json),
  };
}
