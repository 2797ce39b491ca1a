/** Passwords as the database keeps them: argon2id hashes, in the text form that names its own parameters. */
import { hash, verify } from '@node-rs/argon2';

/** OWASP's: 19 MiB, two passes, one lane (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html). argon2id is the package's default. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const form = /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+$/;

/** Of a password that nobody knows: comparing with it takes as long as with any other. */
let nobodys: Promise<string> | undefined;

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/**
 * Whether this is the password. Without a hash, or with one of another kind such as LiteLLM's scrypt, it never is, and takes as long to say.
 *
 * @param stored as `hashPassword` made it
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const isOurs = stored !== null && form.test(stored);
  nobodys ??= hashPassword(crypto.randomUUID());
  const matches = await verify(isOurs ? stored : await nobodys, password);
  return isOurs && matches;
}
