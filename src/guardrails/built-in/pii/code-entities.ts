/** Identifiers that begin with a letter, or are letters and digits mixed. */
import { createHash } from 'node:crypto';
import { codiceFiscale, iban, nie, nino } from './checksums.js';

/** @returns where the entity that begins at `start` ends; 0 where there is none */
export type FindEnd = (text: string, start: number) => number;

/** Lengths of account numbers by country, of the registry of ISO 13616. */
const ibanLengths: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22, CY: 28,
  CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23,
  GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32,
  LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20, MR: 27, MT: 31, MU: 30, NI: 28, NL: 18,
  NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19,
  SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29, VA: 22, VG: 24, XK: 20, YE: 30,
}; // prettier-ignore

const isLetterOrDigit = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

const ibanStart = /[A-Z]{2}\d\d/iy;

const findIban: FindEnd = (text, start) => {
  ibanStart.lastIndex = start;
  if (!ibanStart.test(text)) return 0;
  const length = ibanLengths[text.slice(start, start + 2).toUpperCase()];
  if (length === undefined) return 0;
  let compact = '';
  let at = start;
  for (; at < text.length && compact.length < length; at++) {
    const code = text.charCodeAt(at);
    if (isLetterOrDigit(code)) compact += text.charAt(at);
    // One space or hyphen between groups.
    else if ((code !== 32 && code !== 45) || !isLetterOrDigit(text.charCodeAt(at - 1))) return 0;
  }
  return compact.length === length && iban(compact.toUpperCase()) ? at : 0;
};

/** By a sticky pattern and a proof of the match in capitals without spaces and hyphens. */
function byPattern(pattern: RegExp, isValid: (compact: string) => boolean): FindEnd {
  return (text, start) => {
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (match === null) return 0;
    return isValid(match[0].replace(/[ -]/g, '').toUpperCase()) ? start + match[0].length : 0;
  };
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** Bitcoin's older addresses: 21 bytes and the first four of their double hash. */
function isBase58Check(address: string): boolean {
  let value = 0n;
  for (const character of address) {
    const place = base58.indexOf(character);
    if (place < 0) return false;
    value = value * 58n + BigInt(place);
  }
  const hex = value.toString(16).padStart(50, '0');
  if (hex.length > 50) return false;
  const bytes = Buffer.from(hex, 'hex');
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}

const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const bech32Generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** The remainders of bech32 and bech32m. */
const bech32Remainders = [1, 0x2bc830a3];

/** Bitcoin's newer addresses (BIP 173, BIP 350). */
function isBech32(address: string): boolean {
  const lower = address.toLowerCase();
  // The prefix `bc`, spread out as the standard has it.
  const values = [3, 3, 0, 2, 3, ...Array.from(lower.slice(3), (character) => bech32.indexOf(character))];
  if (values.includes(-1) || (address !== lower && address !== address.toUpperCase())) return false;
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of bech32Generators.entries()) if ((top >>> bit) & 1) check ^= generator;
  }
  return bech32Remainders.includes(check);
}

const cryptoAddress = /0x[0-9a-f]{40}|bc1[02-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34}/iy;

const findCrypto: FindEnd = (text, start) => {
  cryptoAddress.lastIndex = start;
  const address = cryptoAddress.exec(text)?.[0];
  if (address === undefined) return 0;
  const kind = address.slice(0, 2).toLowerCase();
  // Ethereum's check is in the case of its letters, which few keep: its length and prefix have to do.
  const isValid = kind === '0x' || (kind === 'bc' ? isBech32(address) : isBase58Check(address));
  return isValid ? start + address.length : 0;
};

export interface CodeEntity {
  readonly name: string;
  readonly findEnd: FindEnd;
  /** Whether it can begin with a digit, and with a letter. */
  readonly beginsWith: 'letter' | 'digit' | 'either';
}

const always = (): boolean => true;

export const codeEntities: readonly CodeEntity[] = [
  { name: 'IBAN_CODE', findEnd: findIban, beginsWith: 'letter' },
  { name: 'IT_FISCAL_CODE', beginsWith: 'letter', findEnd: byPattern(/[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]/iy, codiceFiscale) },
  { name: 'UK_NINO', beginsWith: 'letter', findEnd: byPattern(/[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]/iy, nino) },
  { name: 'ES_NIE', beginsWith: 'letter', findEnd: byPattern(/[XYZ][ -]?\d{7}[ -]?[A-Z]/iy, nie) },
  // The fourth letter says whose number it is; it has no check digit.
  { name: 'IN_PAN', beginsWith: 'letter', findEnd: byPattern(/[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]/y, always) },
  { name: 'CRYPTO', beginsWith: 'either', findEnd: findCrypto },
  { name: 'MAC_ADDRESS', beginsWith: 'either', findEnd: byPattern(/[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}|[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4}/iy, always) },
]; // prettier-ignore
