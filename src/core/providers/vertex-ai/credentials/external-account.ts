/** Workload identity federation: another platform's token for one of Google's. */
// https://google.aip.dev/auth/4117 and https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
import type { CredentialRequest } from '../../../spec/credential-exchange.js';
import type { OutboundRequest } from '../../../spec/outbound.js';
import type { SecretSource } from '../../../spec/secret-source.js';
import { authenticationError, objectOf, optionalText, requiredText, type CredentialFile } from './credential-file.js';
import { impersonating } from './impersonation.js';
import { tokenAddress } from './token-address.js';
import { cloudPlatformScope, postForm, readText, refuseFailure, tokenRequest, type UseToken } from './token-request.js';

const whose = 'the external account';

export function requestForExternalAccount(
  file: CredentialFile,
  secrets: SecretSource,
  use: UseToken,
): CredentialRequest {
  const exchange = (subjectToken: string): CredentialRequest => exchangeSubjectToken(file, subjectToken, use);
  const source = objectOf(file['credential_source']);
  const path = optionalText(source, 'file');
  if (path !== undefined) {
    const text = secrets.file(path);
    if (text === undefined)
      throw authenticationError('The token file that the external account names cannot be read. Check its path.');
    return exchange(subjectTokenOf(text, source));
  }
  const url = optionalText(source, 'url');
  // Amazon's variant has addresses too, but wants a signed request and not what they answer.
  if (url === undefined || optionalText(source, 'environment_id') !== undefined)
    throw authenticationError(
      'The external account takes its token from neither a file nor an address. Such a `credential_source` is not supported; use one of these two.',
    );
  return {
    request: getRequest(url, objectOf(source['headers'])),
    read(response) {
      refuseFailure(response, whose);
      return exchange(subjectTokenOf(readText(response), source));
    },
  };
}

/** The number of the project that the pool belongs to: https://cloud.google.com/iam/docs/workload-identity-federation */
export function projectOfPool(file: CredentialFile): string | undefined {
  return /\/projects\/(\d+)\//.exec(optionalText(file, 'audience') ?? '')?.[1];
}

function getRequest(address: string, headers: CredentialFile): OutboundRequest {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw authenticationError('The address of the external account’s token is no http(s) URL.');
  const given = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    method: 'GET',
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    headers: Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])),
  };
}

function subjectTokenOf(text: string, source: CredentialFile): string {
  const format = objectOf(source['format']);
  let token: unknown = text.trim();
  if (format['type'] === 'json') {
    try {
      const parsed = objectOf(JSON.parse(text));
      token = parsed[optionalText(format, 'subject_token_field_name') ?? 'access_token'];
    } catch {
      // What the text is must not be repeated; that it holds no token is said below.
      token = undefined;
    }
  }
  if (typeof token === 'string' && token !== '') return token;
  throw authenticationError(
    'What the external account names as its token holds none. Check `credential_source.format`.',
  );
}

function exchangeSubjectToken(file: CredentialFile, subjectToken: string, use: UseToken): CredentialRequest {
  const url = tokenAddress(file, 'token_url', 'https://sts.googleapis.com/v1/token');
  const clientId = optionalText(file, 'client_id');
  const userProject = optionalText(file, 'workforce_pool_user_project');
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: requiredText(file, 'audience'),
    scope: cloudPlatformScope,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: requiredText(file, 'subject_token_type'),
    subject_token: subjectToken,
    options: userProject !== undefined && clientId === undefined ? JSON.stringify({ userProject }) : undefined,
  };
  return tokenRequest(postForm(url, form, clientHeader(file, clientId)), whose, impersonating(file, use));
}

function clientHeader(file: CredentialFile, clientId: string | undefined): Readonly<Record<string, string>> {
  if (clientId === undefined) return {};
  const pair = `${clientId}:${optionalText(file, 'client_secret') ?? ''}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
