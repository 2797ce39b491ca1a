/** What a password must be. */
import type { PasswordPolicy } from '../../../config/identity-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';

/** What is hashed is bounded. */
export const mostPasswordLength = 256;
/** A shorter name may be in a good password by chance. */
const leastNameLength = 4;

/**
 * @param names whose password it is: their id and address must not be in it
 * @throws GatewayError `invalid_request` that says all that is missing, and nothing of the password
 */
export function checkPassword(
  password: string,
  policy: PasswordPolicy,
  names: readonly (string | null | undefined)[],
): void {
  const folded = password.toLowerCase();
  const isNamed = names.some(
    (name) => name != null && name.length >= leastNameLength && folded.includes(name.toLowerCase()),
  );
  const missing = [
    ...([...password].length < policy.minLength ? [`be at least ${policy.minLength} characters long`] : []),
    ...(password.length > mostPasswordLength ? [`be at most ${mostPasswordLength} characters long`] : []),
    ...(policy.needsUppercase && !/\p{Lu}/u.test(password) ? ['include an uppercase letter'] : []),
    ...(policy.needsLowercase && !/\p{Ll}/u.test(password) ? ['include a lowercase letter'] : []),
    ...(policy.needsDigit && !/\p{Nd}/u.test(password) ? ['include a number'] : []),
    ...(policy.needsSpecial && !/[^\p{L}\p{N}]/u.test(password) ? ['include a special character'] : []),
    ...(isNamed ? ["not contain the user's id or email address"] : []),
  ];
  if (missing.length === 0) return;
  const reason = `Password does not meet the required policy: it must ${missing.join(', ')}.`;
  throw new GatewayError('invalid_request', { param: 'password', facts: { reason } });
}
