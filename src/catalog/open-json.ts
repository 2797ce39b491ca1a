/** Opens an envelope with JSON in it; what cannot be opened says why, and stops nothing else. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { SealedPlace } from '../vault/sealed-place.js';
import type { Vault } from '../vault/vault.service.js';

export function openJson(
  vault: Vault,
  place: SealedPlace,
  envelope: string,
): { readonly value: unknown; readonly fault?: string } {
  try {
    return { value: JSON.parse(vault.open(place, envelope)) as unknown };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { value: null, fault: error.message };
  }
}
