/** How mappings from claims of tokens to virtual keys are named, for whoever writes them and whoever caches what they lead to. */
import { hash } from 'node:crypto';

/** In the place of an issuer: the mapping holds for the tokens of all of them. */
export const everyIssuer = '';

/** The key of a mapping in the change feed: of all issuers that have such a claim, since a mapping of one hides that of all. */
export function mappingKey(claimName: string, claimValue: string): string {
  return hash('sha256', JSON.stringify([claimName, claimValue]), 'hex');
}
