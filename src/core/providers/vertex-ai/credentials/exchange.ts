/** Finds Google credentials where Google's own libraries look for them, and says what to send for a token. */
// https://cloud.google.com/docs/authentication/application-default-credentials
import type {
  CredentialExchange,
  CredentialRequest,
  ExchangeContext,
  ExchangedCredentials,
} from '../../../spec/credential-exchange.js';
import { noSecrets } from '../../../spec/secret-source.js';
import { projectOf } from '../address.js';
import { requestForUser } from './authorized-user.js';
import {
  authenticationError,
  objectOf,
  optionalText,
  parseCredentialFile,
  type CredentialFile,
} from './credential-file.js';
import { projectOfPool, requestForExternalAccount } from './external-account.js';
import { impersonating } from './impersonation.js';
import { requestForMachine } from './metadata-server.js';
import { requestForServiceAccount } from './service-account.js';
import type { AccessToken, UseToken } from './token-request.js';

/** A configured key goes out as it is; configured credentials go before it, found ones after. */
export const exchangeCredentials: CredentialExchange = (context) => {
  const configured = context.credentials['vertexCredentials'] ?? context.credentials['vertexAiCredentials'];
  if (configured !== undefined) return requestFor(readConfigured(configured, context), context);
  if (context.credentials.apiKey !== undefined) return undefined;
  const found = findFile(context);
  if (found) return requestFor(found, context);
  if (context.secrets === noSecrets)
    throw authenticationError('This deployment has no credentials of its own. Set `vertex_credentials` or `api_key`.');
  return requestForMachine(context.secrets, projectOf(context.settings), (token, project) =>
    toCredentials(token, project, undefined),
  );
};

/** The JSON itself, or a path to it. */
function readConfigured(configured: string, { secrets }: ExchangeContext): CredentialFile {
  if (configured.trimStart().startsWith('{')) return parseCredentialFile(configured, '`vertex_credentials`');
  const text = secrets.file(configured);
  if (text === undefined)
    throw authenticationError('The file that `vertex_credentials` names cannot be read. Check its path and rights.');
  return parseCredentialFile(text, 'The file that `vertex_credentials` names');
}

function findFile({ secrets }: ExchangeContext): CredentialFile | undefined {
  const named = secrets.variable('GOOGLE_APPLICATION_CREDENTIALS');
  if (named !== undefined) {
    const text = secrets.file(named);
    if (text === undefined)
      throw authenticationError(
        'The file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read. Check its path and rights.',
      );
    return parseCredentialFile(text, 'The file that GOOGLE_APPLICATION_CREDENTIALS names');
  }
  const home = secrets.variable('HOME');
  const windows = secrets.variable('APPDATA');
  const folder =
    secrets.variable('CLOUDSDK_CONFIG') ??
    (windows === undefined ? home && `${home}/.config/gcloud` : `${windows}/gcloud`);
  const text = folder === undefined ? undefined : secrets.file(`${folder}/application_default_credentials.json`);
  return text === undefined ? undefined : parseCredentialFile(text, 'application_default_credentials.json');
}

function requestFor(file: CredentialFile, context: ExchangeContext): CredentialRequest | Promise<CredentialRequest> {
  const project = projectOf(context.settings) ?? projectOfFile(file);
  return requestForFile(file, context, (token) =>
    toCredentials(token, project, optionalText(file, 'quota_project_id')),
  );
}

function requestForFile(
  file: CredentialFile,
  context: ExchangeContext,
  use: UseToken,
): CredentialRequest | Promise<CredentialRequest> {
  switch (file['type']) {
    case 'service_account':
      return requestForServiceAccount(file, context.nowMs, use);
    case 'authorized_user':
      return requestForUser(file, use);
    case 'external_account':
      return requestForExternalAccount(file, context.secrets, use);
    case 'impersonated_service_account': {
      const source = objectOf(file['source_credentials']);
      return requestForFile(source, context, impersonating(file, use));
    }
    default:
      throw authenticationError(
        'The `type` of the credentials is not supported. Use service_account, authorized_user, external_account or impersonated_service_account.',
      );
  }
}

function projectOfFile(file: CredentialFile): string | undefined {
  return optionalText(file, 'project_id') ?? optionalText(file, 'quota_project_id') ?? projectOfPool(file);
}

function toCredentials(
  { token, expiresAtMs }: AccessToken,
  vertexProject: string | undefined,
  quotaProject: string | undefined,
): ExchangedCredentials {
  const credentials = {
    accessToken: token,
    ...(vertexProject !== undefined && vertexProject !== '' && { vertexProject }),
    ...(quotaProject !== undefined && { quotaProject }),
  };
  return { credentials, expiresAtMs };
}
