/** Google's credential files as JSON: read member by member, and checked where a member is used. */
// https://google.aip.dev/auth/4110 and https://cloud.google.com/docs/authentication/application-default-credentials
import { GatewayError } from '../../../errors/gateway-error.js';
import { providerId } from '../provider-id.js';

export type CredentialFile = Readonly<Record<string, unknown>>;

/** @throws GatewayError `upstream_authentication`; `origin` says in words where the text comes from. */
export function parseCredentialFile(text: string, origin: string): CredentialFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which holds a key.
    throw authenticationError(`${origin} is not JSON. Give the whole file of a service account, or the path to it.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw authenticationError(`${origin} is not a JSON object. Give the whole file of a service account.`);
  return parsed as CredentialFile;
}

/** A text of the file that must be there. */
export function requiredText(file: CredentialFile, member: string): string {
  const value = file[member];
  if (typeof value === 'string' && value !== '') return value;
  throw authenticationError(`The credentials have no \`${member}\`. Download or create them anew.`);
}

export function optionalText(file: CredentialFile, member: string): string | undefined {
  const value = file[member];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function objectOf(value: unknown): CredentialFile {
  return typeof value === 'object' && value !== null ? (value as CredentialFile) : {};
}

export function authenticationError(reason: string): GatewayError {
  return new GatewayError('upstream_authentication', { message: `Vertex AI: ${reason}`, provider: providerId });
}
