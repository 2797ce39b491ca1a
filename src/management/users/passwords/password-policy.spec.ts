/** What a password must be, and that nothing of it is told. */
import type { PasswordPolicy } from '../../../config/identity-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import { checkPassword } from './password-policy.js';

const strict: PasswordPolicy = {
  minLength: 12,
  needsUppercase: true,
  needsLowercase: true,
  needsDigit: true,
  needsSpecial: true,
};

function refusal(password: string, policy = strict, names: readonly (string | null)[] = []): string | null {
  try {
    checkPassword(password, policy, names);
    return null;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'invalid_request') return error.message;
    throw error;
  }
}

it.each(['Correct-Horse-7', 'Größe-über-7-Meter', 'ПарольДлинный-7'])('takes %s', (password) => {
  expect(refusal(password)).toBeNull();
});

it.each([
  ['Short-7', 'at least 12'],
  ['correct-horse-7', 'uppercase'],
  ['CORRECT-HORSE-7', 'lowercase'],
  ['Correct-Horse-x', 'a number'],
  ['CorrectHorse77', 'special'],
  // A letter of any script is a letter.
  ['Passwörd123456', 'special'],
  [`Aa1-${'x'.repeat(300)}`, 'at most 256'],
  // A pair of surrogates is one character.
  ['😀😀😀😀Aa1-', 'at least 12'],
])('refuses %s and says why', (password, why) => {
  expect(refusal(password)).toContain(why);
  expect(refusal(password)).not.toContain(password);
});

it('refuses one with the name of its user, and lets short names be', () => {
  expect(refusal('Ann@Example.com-7', strict, ['u1', 'ann@example.com'])).toContain("user's id");
  expect(refusal('Correct-u1-Horse-7', strict, ['u1', null])).toBeNull();
});

it('asks for no more than the operator does', () => {
  const loose = { minLength: 8, needsUppercase: false, needsLowercase: false, needsDigit: false, needsSpecial: false };
  expect(refusal('        ', loose)).toBeNull();
  expect(refusal('       ', loose)).toContain('at least 8');
});
