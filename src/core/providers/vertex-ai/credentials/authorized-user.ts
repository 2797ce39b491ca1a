/** A person's own credentials, as `gcloud auth application-default login` leaves them: a refresh token for an access token. */
// https://google.aip.dev/auth/4113
import type { CredentialRequest } from '../../../spec/credential-exchange.js';
import { requiredText, type CredentialFile } from './credential-file.js';
import { tokenAddress } from './token-address.js';
import { postForm, tokenRequest, type UseToken } from './token-request.js';

export function requestForUser(file: CredentialFile, use: UseToken): CredentialRequest {
  const url = tokenAddress(file, 'token_uri', 'https://oauth2.googleapis.com/token');
  const form = {
    grant_type: 'refresh_token',
    client_id: requiredText(file, 'client_id'),
    client_secret: requiredText(file, 'client_secret'),
    refresh_token: requiredText(file, 'refresh_token'),
  };
  const whose = 'the user credentials (`gcloud auth application-default login` renews them)';
  return tokenRequest(postForm(url, form), whose, use);
}
