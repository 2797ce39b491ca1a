/** Patterns that a configuration names, by LiteLLM's names: what people and cards are known by, and what keys look like. */

/** Found as an entity of personal data, with its checksum. */
interface EntityPattern {
  readonly entity: string;
  /** Of what was found: narrows it to some. */
  readonly only?: RegExp;
}

/** Found by a regular expression in RE2's syntax. */
interface RegexPattern {
  readonly regex: string;
  readonly flags?: string;
  /** Its longest match. */
  readonly longest: number;
}

export type PrebuiltPattern = EntityPattern | RegexPattern;

const regex = (source: string, longest: number, flags = ''): RegexPattern => ({ regex: source, longest, flags });

export const prebuiltPatterns: Readonly<Record<string, PrebuiltPattern>> = {
  email: { entity: 'EMAIL_ADDRESS' },
  phone: { entity: 'PHONE_NUMBER' },
  us_phone: { entity: 'PHONE_NUMBER' },
  us_ssn: { entity: 'US_SSN', only: /-/ },
  us_ssn_no_dash: { entity: 'US_SSN', only: /^\d+$/ },
  us_itin: { entity: 'US_ITIN' },
  credit_card: { entity: 'CREDIT_CARD' },
  visa: { entity: 'CREDIT_CARD', only: /^4/ },
  mastercard: { entity: 'CREDIT_CARD', only: /^(?:5[1-5]|2[2-7])/ },
  amex: { entity: 'CREDIT_CARD', only: /^3[47]/ },
  discover: { entity: 'CREDIT_CARD', only: /^6(?:011|5|4[4-9])/ },
  iban: { entity: 'IBAN_CODE' },
  ip_address: { entity: 'IP_ADDRESS' },
  ipv4: { entity: 'IP_ADDRESS', only: /^[\d.]+$/ },
  ipv6: { entity: 'IP_ADDRESS', only: /:/ },
  mac_address: { entity: 'MAC_ADDRESS' },
  url: { entity: 'URL' },
  br_cpf: { entity: 'BR_CPF' },
  uk_nhs: { entity: 'UK_NHS' },
  uk_nino: { entity: 'UK_NINO' },
  nl_bsn_contextual: { entity: 'NL_BSN' },
  es_dni: { entity: 'ES_NIF' },
  es_nie: { entity: 'ES_NIE' },
  fr_nir: { entity: 'FR_NIR' },
  de_tax_id: { entity: 'DE_TAX_ID' },
  it_fiscal_code: { entity: 'IT_FISCAL_CODE' },
  pl_pesel: { entity: 'PL_PESEL' },
  in_aadhaar: { entity: 'IN_AADHAAR' },
  in_pan: { entity: 'IN_PAN' },
  au_tfn: { entity: 'AU_TFN' },
  au_medicare: { entity: 'AU_MEDICARE' },
  ca_sin: { entity: 'CA_SIN' },
  aws_access_key: regex(String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`, 20),
  aws_secret_key: regex(String.raw`\baws.{0,24}?\b[A-Za-z0-9/+]{40}(?:[^A-Za-z0-9/+=]|$)`, 80, 'is'),
  github_token: regex(String.raw`\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{22,255})\b`, 270),
  slack_token: regex(String.raw`\bxox[abepors]-[A-Za-z0-9-]{10,200}`, 210),
  google_api_key: regex(String.raw`\bAIza[0-9A-Za-z_-]{35}`, 39),
  generic_api_key: regex(String.raw`\bapi[-_]?key["']?\s{0,8}[:=]\s{0,8}["']?[A-Za-z0-9_-]{20,200}`, 240, 'i'),
};
