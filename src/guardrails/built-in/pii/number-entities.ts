/** Numbers of people and accounts that begin with a digit: how each is written, what proves it, and the words that announce it. */
import {
  bsn, cpf, dni, itin, luhn, medicare, nhs, nir, pesel, rentenversicherung, ssn, steuerId, tfn, verhoeff,
} from './checksums.js'; // prettier-ignore

/** One way to write an entity down. */
export interface Form {
  /** Sticky: matches at the place where it is asked. */
  readonly pattern: RegExp;
  /** Lengths of its first run of digits; what has another is not tried. */
  readonly firstDigits: readonly number[];
  /** Of the match in capitals, without spaces and punctuation. */
  readonly isValid?: (compact: string) => boolean;
  /** Whether it takes a word before it to tell it from any other number. */
  readonly needsContext: boolean;
}

export interface NumberEntity {
  readonly name: string;
  readonly forms: readonly Form[];
  /** Words that announce it. */
  readonly context?: RegExp;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** Prefixes of card networks, by length of the number: 13 digits are only old Visa cards. */
const cardPrefix =
  /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|6(?:011|5|4[4-9]|2|0|3|7|9)|35|5[0678]|81|220[0-4])/;

const isCard = (digits: string): boolean => cardPrefix.test(digits) && luhn(digits) && !/^(\d)\1*$/.test(digits);

const form = (pattern: RegExp, firstDigits: readonly number[], isValid?: Form['isValid']): Form => ({
  pattern,
  firstDigits,
  ...(isValid === undefined ? {} : { isValid }),
  needsContext: false,
});

/** A form that any number could have: it counts where a word before it says so. */
const announced = (pattern: RegExp, firstDigits: readonly number[], isValid?: Form['isValid']): Form => ({
  ...form(pattern, firstDigits, isValid),
  needsContext: true,
});

/** In the order in which they are tried. */
export const numberEntities: readonly NumberEntity[] = [
  {
    name: 'FR_NIR',
    forms: [
      form(
        /[12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}[ .]?\d{2}/iy,
        [1, 6, 15],
        nir,
      ),
    ],
  },
  {
    name: 'CREDIT_CARD',
    forms: [
      form(/\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}/y, [4, ...range(13, 19)], isCard),
      form(/\d{4}([ -])\d{6}\1\d{4,5}/y, [4], isCard),
      form(/\d{13,15}/y, range(13, 15), isCard),
    ],
  },
  {
    name: 'US_SSN',
    context: /\b(?:ssn|social security|soc sec)/,
    forms: [form(/\d{3}-\d{2}-\d{4}/y, [3], ssn), announced(/\d{3}[ .]?\d{2}[ .]?\d{4}/y, [3, 9], ssn)],
  },
  {
    name: 'US_ITIN',
    context: /\b(?:itin|taxpayer)/,
    forms: [form(/9\d{2}-\d{2}-\d{4}/y, [3], itin), announced(/9\d{2} ?\d{2} ?\d{4}/y, [3, 9], itin)],
  },
  {
    name: 'IN_AADHAAR',
    context: /\b(?:aadhaar|aadhar|uidai|uid)/,
    forms: [form(/[2-9]\d{3}([ -])\d{4}\1\d{4}/y, [4], verhoeff), announced(/[2-9]\d{11}/y, [12], verhoeff)],
  },
  {
    name: 'PL_PESEL',
    context: /\bpesel/,
    forms: [announced(/\d{11}/y, [11], pesel)],
  },
  {
    name: 'DE_TAX_ID',
    context: /\b(?:steuer|identifikationsnummer|idnr|tax id|tin)/,
    forms: [form(/\d{2} \d{3} \d{3} \d{3}/y, [2], steuerId), announced(/\d{11}/y, [11], steuerId)],
  },
  {
    name: 'DE_SOCIAL_SECURITY',
    forms: [form(/\d{2} ?\d{6} ?[A-Z] ?\d{3}/iy, [2, 8], rentenversicherung)],
  },
  {
    name: 'BR_CPF',
    context: /\bcpf/,
    forms: [form(/\d{3}\.\d{3}\.\d{3}-\d{2}/y, [3], cpf), announced(/\d{9}-?\d{2}/y, [9, 11], cpf)],
  },
  {
    name: 'UK_NHS',
    context: /\bnhs|health service/,
    forms: [form(/\d{3}([ -])\d{3}\1\d{4}/y, [3], nhs), announced(/\d{10}/y, [10], nhs)],
  },
  {
    name: 'AU_MEDICARE',
    context: /\bmedicare/,
    forms: [form(/[2-6]\d{3} \d{5} \d/y, [4], medicare), announced(/[2-6]\d{9}/y, [10], medicare)],
  },
  {
    name: 'AU_TFN',
    context: /\b(?:tfn|tax file)/,
    forms: [announced(/\d{3}([ -]?)\d{3}\1\d{3}/y, [3, 9], tfn)],
  },
  {
    name: 'CA_SIN',
    context: /\b(?:sin|social insurance|nas|assurance sociale)\b/,
    forms: [form(/[1-9]\d{2}-\d{3}-\d{3}/y, [3], luhn), announced(/[1-9]\d{2} ?\d{3} ?\d{3}/y, [3, 9], luhn)],
  },
  {
    name: 'NL_BSN',
    context: /\b(?:bsn|burgerservicenummer|sofi)/,
    forms: [announced(/\d{4}\.\d{2}\.\d{3}|\d{9}/y, [4, 9], bsn)],
  },
  {
    name: 'ES_NIF',
    forms: [form(/\d{8}[ -]?[A-Z]/iy, [8], dni)],
  },
  {
    name: 'IP_ADDRESS',
    forms: [form(/(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}/y, [1, 2, 3])],
  },
  {
    name: 'PHONE_NUMBER',
    context: /\b(?:phone|telephone|tel|call|cell|mobile|fax|whatsapp|text me|telefon|handy|t[ée]l[ée]fono|celular)\b/,
    forms: [
      // North America; the codes of areas and exchanges begin with 2 to 9.
      form(/(?:1[ .-])?[2-9]\d{2}([ .-])[2-9]\d{2}\1\d{4}/y, [1, 3]),
      // With a trunk zero: Europe, Asia, Australia. Dates and codes have fewer digits, or other separators.
      form(/0\d{1,4}([ /-])\d{3,4}[ -]?\d{3,5}/y, range(2, 5)),
      form(/0\d(?:([ .])\d{2})(?:\1\d{2}){3}/y, [2]),
      form(/00[1-9]\d{0,2}[ -]?(?:\d[ -]?){6,11}\d/y, range(3, 15)),
      announced(/\d{7,12}|\d{3}[ .-]\d{4}/y, [3, ...range(7, 12)]),
    ],
  },
];
