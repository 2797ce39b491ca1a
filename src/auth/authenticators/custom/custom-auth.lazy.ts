/** Loads the operator's own functions from the files that the configuration names; never from a request or a database row. */
import { pathToFileURL } from 'node:url';
import type { OperatorFunction } from '../../../config/token-auth-settings.js';

/** What is known of a request before its caller is. Header names are in lower case. */
export interface CustomAuthRequest {
  readonly method: string;
  /** The matched route's template, such as `/v1/chat/completions`. */
  readonly route: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly clientAddress: string;
}

/** Who the caller is, by LiteLLM's names; null or undefined where this authenticator does not know. */
export interface CustomAuthAnswer {
  readonly user_id?: string;
  readonly user_email?: string;
  readonly user_role?: string;
  readonly team_id?: string;
  readonly org_id?: string;
  readonly end_user_id?: string;
  readonly models?: readonly string[];
}

export type CustomAuth = (
  presentedKey: string,
  request: CustomAuthRequest,
) => CustomAuthAnswer | null | undefined | Promise<CustomAuthAnswer | null | undefined>;

/** The last word on a verified JWT, whose claims it is given; anything but `true` refuses it. */
export type TokenCheck = (claims: Readonly<Record<string, unknown>>) => unknown;

/** @throws Error that says what is wrong with the file */
export async function loadCustomAuth(from: OperatorFunction): Promise<CustomAuth> {
  return (await loadFunction(from)) as CustomAuth;
}

/** @throws Error that says what is wrong with the file */
export async function loadTokenCheck(from: OperatorFunction): Promise<TokenCheck> {
  return (await loadFunction(from)) as TokenCheck;
}

async function loadFunction({ file, exportName }: OperatorFunction): Promise<unknown> {
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const found = module[exportName];
  if (typeof found !== 'function') throw new Error(`${file} exports no function \`${exportName}\``);
  return found;
}
