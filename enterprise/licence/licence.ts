/** Reads and checks a licence: a compact token, signed with Ed25519, that is checked without asking anybody. */
import { createPublicKey, verify } from 'node:crypto';

/** What can be licensed. */
export const licensedFeatures = ['audit_export'] as const;
export type LicensedFeature = (typeof licensedFeatures)[number];

export interface Licence {
  readonly customer: string;
  readonly features: readonly string[];
  readonly expires: Date;
}

export type LicenceCheck =
  { readonly valid: true; readonly licence: Licence } | { readonly valid: false; readonly reason: string };

const scheme = 'tollgate1';
const longestToken = 8_192;

/**
 * @param token `tollgate1.<claims>.<signature>`, both parts base64url; claims are the JSON of `{customer, features, expires}`
 * @param publicKeys Ed25519 in SPKI form (DER, base64); the signature of any of them counts
 */
export function checkLicence(token: string | undefined, publicKeys: readonly string[], nowMs: number): LicenceCheck {
  if (token === undefined || token.trim() === '') return invalid('there is none. Set TOLLGATE_LICENSE');
  const [head, claims, signature, ...rest] = token.trim().split('.');
  const isWhole = head === scheme && claims !== undefined && signature !== undefined && rest.length === 0;
  if (!isWhole || token.length > longestToken) {
    return invalid('TOLLGATE_LICENSE is no licence. Set it to the whole text that you were given');
  }
  if (!isSigned(`${head}.${claims}`, signature, publicKeys)) {
    return invalid('the signature of TOLLGATE_LICENSE does not fit. Set it to the very text that you were given');
  }
  const licence = licenceOf(claims);
  if (!licence) return invalid('TOLLGATE_LICENSE is of a form that this version does not know. Update the gateway');
  const { customer, expires } = licence;
  if (expires.getTime() <= nowMs) {
    return invalid(`the licence of ${customer} ended on ${expires.toISOString().slice(0, 10)}. Renew it`);
  }
  return { valid: true, licence };
}

export function licenses({ features }: Licence, feature: LicensedFeature): boolean {
  return features.includes(feature) || features.includes('*');
}

function isSigned(text: string, signature: string, publicKeys: readonly string[]): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  // One spelling for one signature: base64 is read leniently.
  if (bytes.length !== 64 || bytes.toString('base64url') !== signature) return false;
  return publicKeys.some((key) => {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return publicKey.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), publicKey, bytes);
  });
}

function licenceOf(claims: string): Licence | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(claims, 'base64url').toString());
  } catch {
    // Signed, and no JSON: another version's.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { customer, features, expires } = value as Readonly<Record<string, unknown>>;
  if (typeof customer !== 'string' || typeof expires !== 'string' || !Array.isArray(features)) return null;
  const until = new Date(expires);
  if (Number.isNaN(until.getTime()) || !features.every((feature) => typeof feature === 'string')) return null;
  return { customer, features, expires: until };
}

function invalid(reason: string): LicenceCheck {
  return { valid: false, reason };
}
