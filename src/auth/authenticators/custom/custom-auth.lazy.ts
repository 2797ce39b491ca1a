/** Loads the operator's own authenticator from the file that the configuration names; never from a request or a database row. */
import { pathToFileURL } from 'node:url';

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

/**
 * @param file absolute
 * @throws Error that says what is wrong with the file
 */
export async function loadCustomAuth(file: string, exportName: string): Promise<CustomAuth> {
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const found = module[exportName];
  if (typeof found !== 'function') throw new Error(`${file} exports no function \`${exportName}\``);
  return found as CustomAuth;
}
