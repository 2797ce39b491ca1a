/** The credentials of the machine: containers on ECS and EKS, then instances on EC2. */
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html and feature-imds-credentials.html
import type { CredentialRequest } from '../../../spec/credential-exchange.js';
import type { InboundResponse, OutboundRequest } from '../../../spec/outbound.js';
import { authenticationError, get, parseObject, readKeys, type KeyContext, type UseKeys } from './aws-keys.js';

const containerHost = 'http://169.254.170.2';
/** Where a token may go without encryption: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const plainHosts: ReadonlySet<string> = new Set([
  ...['localhost', '127.0.0.1', '[::1]'],
  ...['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]'],
]);
const instanceHost = 'http://169.254.169.254';
const tokenLifeSeconds = 21_600;
const rolesPath = '/latest/meta-data/iam/security-credentials/';
const advice = 'Set `aws_access_key_id` and `aws_secret_access_key`, `aws_role_name`, `aws_profile_name` or `api_key`.';

/** Undefined where the machine is no container with a role. */
export function requestForContainer(context: KeyContext, use: UseKeys): CredentialRequest | undefined {
  const { secrets, provider } = context;
  const relative = secrets.variable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const address =
    relative === undefined ? secrets.variable('AWS_CONTAINER_CREDENTIALS_FULL_URI') : `${containerHost}${relative}`;
  if (address === undefined) return undefined;
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && !plainHosts.has(url.hostname)))
    throw authenticationError(provider, 'AWS_CONTAINER_CREDENTIALS_FULL_URI is no address that a token may go to.');
  const file = secrets.variable('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const token =
    (file === undefined ? undefined : secrets.file(file)) ?? secrets.variable('AWS_CONTAINER_AUTHORIZATION_TOKEN');
  return keyRequest(
    get(url, token === undefined ? {} : { authorization: token.trim() }),
    'the container has no credentials',
    context,
    use,
  );
}

/** First a token for the session, then the role's name, then its keys. */
export function requestForInstance(context: KeyContext, use: UseKeys): CredentialRequest {
  const base = context.secrets.variable('AWS_EC2_METADATA_SERVICE_ENDPOINT') ?? instanceHost;
  if (!URL.canParse(base)) throw authenticationError(context.provider, 'AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL.');
  const { origin } = new URL(base);
  const unreachable = `AWS: there are no credentials, and this machine is no EC2 instance that has some. ${advice}`;
  const ask = (path: string, headers: Readonly<Record<string, string>>): OutboundRequest =>
    get(new URL(path, origin), headers);
  return {
    unreachable,
    request: {
      ...ask('/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenLifeSeconds) }),
      method: 'PUT',
      body: '',
    },
    read(tokenAnswer) {
      const headers = { 'x-aws-ec2-metadata-token': goodText(tokenAnswer, 'it gives no session token', context) };
      return {
        unreachable,
        request: ask(rolesPath, headers),
        read(roleAnswer) {
          const [role = ''] = goodText(roleAnswer, 'the instance has no role', context).split('\n');
          const request = ask(`${rolesPath}${encodeURIComponent(role)}`, headers);
          return keyRequest(request, `the role ${role} of the instance has no credentials`, context, use);
        },
      };
    },
  };
}

function goodText({ status, body }: InboundResponse, reason: string, { provider }: KeyContext): string {
  const text = new TextDecoder().decode(body).trim();
  if (status === 200 && text !== '') return text;
  throw authenticationError(
    provider,
    `the instance's metadata service answers, but ${reason} (status ${status}). ${advice}`,
  );
}

function keyRequest(request: OutboundRequest, failure: string, context: KeyContext, use: UseKeys): CredentialRequest {
  return {
    unreachable: `AWS: ${failure}: its metadata service does not answer. ${advice}`,
    request,
    read({ status, body }, nowMs) {
      const keys = readKeys(parseObject(new TextDecoder().decode(body)) ?? {}, nowMs);
      if (status === 200 && keys) return use(keys, nowMs);
      throw authenticationError(context.provider, `${failure} (status ${status}). ${advice}`);
    },
  };
}
