/** Check digits of cards, accounts and national numbers. Each takes what is written without spaces and punctuation. */

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;

/** The sum of the digits, each times the weight at its place. */
function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * digit(digits, at), 0);
}

const isOneDigitOverAndOver = (digits: string): boolean => /^(\d)\1*$/.test(digits);

/** ISO/IEC 7812: cards, Canadian SINs. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, doubles = false; at >= 0; at--, doubles = !doubles) {
    const value = digit(digits, at) * (doubles ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** The remainder by 97 of digits and letters (A is 10), ISO 7064. */
function mod97(text: string): number {
  let remainder = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    remainder = code >= 65 ? (remainder * 100 + code - 55) % 97 : (remainder * 10 + code - 48) % 97;
  }
  return remainder;
}

/** ISO 13616; in capitals. */
export function iban(account: string): boolean {
  return mod97(account.slice(4) + account.slice(0, 4)) === 1;
}

const verhoeffProducts = [
  '0123456789', '1234067895', '2340178956', '3401289567', '4012395678',
  '5987604321', '6598710432', '7659821043', '8765932104', '9876543210',
]; // prettier-ignore
const verhoeffPermutations = [
  '0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258',
]; // prettier-ignore

/** India's Aadhaar. */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let place = 0; place < digits.length; place++) {
    const value = digit(digits, digits.length - 1 - place);
    const permuted = digit(verhoeffPermutations[place % 8] ?? '', value);
    check = digit(verhoeffProducts[check] ?? '', permuted);
  }
  return check === 0;
}

/** UK: NHS number, modulus 11. */
export function nhs(digits: string): boolean {
  const check = 11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return check !== 10 && (check === 11 ? 0 : check) === digit(digits, 9) && !isOneDigitOverAndOver(digits);
}

/** Netherlands: BSN, the test of eleven. */
export function bsn(digits: string): boolean {
  return weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isOneDigitOverAndOver(digits);
}

const plausibleDate = (month: number, day: number): boolean => month >= 1 && month <= 12 && day >= 1 && day <= 31;

/** Poland: PESEL; the century is part of the month. */
export function pesel(digits: string): boolean {
  const month = Number(digits.slice(2, 4)) % 20;
  if (!plausibleDate(month, Number(digits.slice(4, 6)))) return false;
  return weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Australia: Tax File Number. */
export function tfn(digits: string): boolean {
  return weightedSum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isOneDigitOverAndOver(digits);
}

/** Australia: Medicare card; the check digit is the ninth. */
export function medicare(digits: string): boolean {
  return /^[2-6]/.test(digits) && weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digit(digits, 8);
}

/** Brazil: CPF, two check digits. */
export function cpf(digits: string): boolean {
  const check = (weights: readonly number[]): number => ((weightedSum(digits, weights) * 10) % 11) % 10;
  return (
    !isOneDigitOverAndOver(digits) &&
    check([10, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(digits, 9) &&
    check([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(digits, 10)
  );
}

/** France: NIR; Corsica's departments have letters. */
export function nir(text: string): boolean {
  const body = text.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - mod97(body) === Number(text.slice(13));
}

const spanishLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Spain: DNI, eight digits and a letter. */
export function dni(text: string): boolean {
  return spanishLetters.charAt(Number(text.slice(0, 8)) % 23) === text.charAt(8);
}

/** Spain: NIE, a letter that stands for a digit, seven digits and a letter. */
export function nie(text: string): boolean {
  return dni('XYZ'.indexOf(text.charAt(0)).toString() + text.slice(1));
}

/** What a digit or letter counts for at an odd place of Italy's codice fiscale: 0 to 9 as A to J, then A to Z. */
const italianOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italy: codice fiscale, 16 capitals and digits. */
export function codiceFiscale(text: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const code = text.charCodeAt(at);
    const value = code >= 65 ? code - 65 : code - 48;
    sum += at % 2 === 0 ? (italianOdd[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === text.charAt(15);
}

/** Germany: Steuer-ID, ISO 7064 MOD 11,10; among its first ten digits one comes twice or three times. */
export function steuerId(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const value of digits.slice(0, 10)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  if (digits.startsWith('0') || repeated.length !== 1 || (repeated[0] ?? 0) > 3) return false;
  let product = 10;
  for (let at = 0; at < 10; at++) {
    const sum = (digit(digits, at) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digit(digits, 10);
}

/** Germany: Rentenversicherungsnummer; its letter counts as two digits. */
export function rentenversicherung(text: string): boolean {
  if (!plausibleDate(Number(text.slice(4, 6)), Number(text.slice(2, 4)) % 50 || 31)) return false;
  const letter = (text.charCodeAt(8) - 64).toString().padStart(2, '0');
  const digits = text.slice(0, 8) + letter + text.slice(9, 11);
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  const sum = weights.reduce((total, weight, at) => {
    const value = weight * digit(digits, at);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return sum % 10 === digit(text, 11);
}

/** US: what the Social Security Administration does not give out is left out. */
export function ssn(digits: string): boolean {
  return !/^(?:000|666|9)|^...00|0000$/.test(digits) && digits !== '123456789' && digits !== '078051120';
}

/** US: taxpayer numbers of those without a Social Security number. */
export function itin(digits: string): boolean {
  return /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])/.test(digits);
}

/** UK: National Insurance number; letters that are not given out are left out. */
export function nino(text: string): boolean {
  return /^(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]$/.test(text);
}
