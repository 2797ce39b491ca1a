/** Which addresses may be shown credentials: Google's own, and this machine. */
import { authenticationError, optionalText, type CredentialFile } from './credential-file.js';

/**
 * The address under `member` of a credential file, or `fallback`.
 * A file may come from somebody who may not choose where keys are sent; this machine itself is closed to such files by the
 * egress policy, so it need not be ruled out here.
 *
 * @throws GatewayError `upstream_authentication` for any other host.
 */
export function tokenAddress(file: CredentialFile, member: string, fallback?: string): URL {
  const text = optionalText(file, member) ?? fallback;
  const url = URL.parse(text ?? '');
  if (url !== null && (isGoogles(url) || isLoopback(url)) && url.username === '' && url.password === '') return url;
  throw authenticationError(
    `The \`${member}\` of the credentials is no https address at googleapis.com. Use the file as Google issued it.`,
  );
}

function isGoogles({ protocol, hostname, port }: URL): boolean {
  // Keys of the first years name the second host.
  const isHost = hostname.endsWith('.googleapis.com') || hostname === 'accounts.google.com';
  return protocol === 'https:' && port === '' && isHost;
}

function isLoopback({ protocol, hostname }: URL): boolean {
  const isHost = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  return isHost && (protocol === 'http:' || protocol === 'https:');
}
