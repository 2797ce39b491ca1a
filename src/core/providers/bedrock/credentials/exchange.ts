/** Finds AWS credentials where AWS's own libraries look for them, and says what to send for a role's. */
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
import type { CredentialExchange } from '../../../spec/credential-exchange.js';
import { noSecrets } from '../../../spec/secret-source.js';
import { bearerOf, keysOf, noCredentials } from '../authenticate.js';
import { readSetting } from '../aws-address.js';
import { authenticationError, lasting, toCredentials, type KeyContext, type Step, type UseKeys } from './aws-keys.js';
import { requestForContainer, requestForInstance } from './metadata-service.js';
import { readProfile, type Profile } from './shared-files.js';
import { requestForRole, requestForWebIdentity, type Role } from './token-service.js';

const defaultSessionName = 'tollgate';

/** A configured role or profile goes before keys, which may be the ones that assume it; keys and tokens go out as they are. */
export function awsCredentialExchange(provider: string): CredentialExchange {
  return (given) => {
    const context = { ...given, provider };
    const { credentials, settings } = context;
    if (credentials.apiKey !== undefined) return undefined;
    const arn = readSetting(settings, 'aws_role_name', 'aws_role_arn');
    if (arn !== undefined) return forConfiguredRole(arn, context);
    const profile = readSetting(settings, 'aws_profile_name');
    if (profile !== undefined) return forProfile(profile, context, toCredentials);
    if (bearerOf(credentials) !== undefined || keysOf(credentials)) return undefined;
    return forMachine(context, toCredentials);
  };
}

function forConfiguredRole(arn: string, context: KeyContext): Step {
  const { credentials, settings, secrets } = context;
  const role: Role = {
    arn,
    sessionName:
      readSetting(settings, 'aws_session_name', 'aws_role_session_name') ??
      secrets.variable('AWS_ROLE_SESSION_NAME') ??
      defaultSessionName,
    externalId: readSetting(settings, 'aws_external_id'),
  };
  const named = credentials['awsWebIdentityToken'] ?? readSetting(settings, 'aws_web_identity_token');
  if (named !== undefined) return requestForWebIdentity(role, readWebIdentity(named, context), context, toCredentials);
  const assume: UseKeys = (keys, nowMs) => requestForRole(role, keys, context, toCredentials, nowMs);
  const profile = readSetting(settings, 'aws_profile_name');
  if (profile !== undefined) return forProfile(profile, context, assume);
  const keys = keysOf(credentials);
  if (keys) return assume(lasting(keys, context.nowMs), context.nowMs);
  // A pod's own role need not assume itself, and mostly may not.
  const isOwn = arn === secrets.variable('AWS_ROLE_ARN');
  return forMachine(context, isOwn ? toCredentials : assume);
}

/** What the machine has: profile, token of an identity provider, container, instance. */
function forMachine(context: KeyContext, use: UseKeys): Step {
  const { secrets, provider } = context;
  if (secrets === noSecrets) throw noCredentials(provider);
  const named = secrets.variable('AWS_PROFILE');
  if (named !== undefined) return forProfile(named, context, use);
  const standard = readProfile('default', secrets);
  if (standard && isUsable(standard)) return forProfile('default', context, use);
  const tokenFile = secrets.variable('AWS_WEB_IDENTITY_TOKEN_FILE');
  const arn = secrets.variable('AWS_ROLE_ARN');
  if (tokenFile !== undefined && arn !== undefined) {
    const sessionName = secrets.variable('AWS_ROLE_SESSION_NAME') ?? defaultSessionName;
    return requestForWebIdentity({ arn, sessionName }, readTokenFile(tokenFile, context), context, use);
  }
  const container = requestForContainer(context, use);
  if (container) return container;
  if (secrets.variable('AWS_EC2_METADATA_DISABLED')?.toLowerCase() === 'true') throw noCredentials(provider);
  return requestForInstance(context, use);
}

function isUsable(profile: Profile): boolean {
  return profile.has('aws_access_key_id') || profile.has('role_arn');
}

/** @param seen the profiles that lead here */
function forProfile(name: string, context: KeyContext, use: UseKeys, seen: readonly string[] = []): Step {
  const { secrets, provider, nowMs } = context;
  const profile = readProfile(name, secrets);
  if (!profile)
    throw authenticationError(
      provider,
      `the profile ${name} is not in AWS's shared files. Correct \`aws_profile_name\`.`,
    );
  if (seen.includes(name) && !profile.has('aws_access_key_id'))
    throw authenticationError(provider, `the profile ${name} leads back to itself by \`source_profile\`.`);
  const keys = keysOf({
    awsAccessKeyId: profile.get('aws_access_key_id'),
    awsSecretAccessKey: profile.get('aws_secret_access_key'),
    awsSessionToken: profile.get('aws_session_token'),
  });
  const arn = profile.get('role_arn');
  // A profile may be the source of its own role: then its keys are meant.
  if (arn === undefined || seen.includes(name)) {
    if (keys) return use(lasting(keys, nowMs), nowMs);
    throw authenticationError(
      provider,
      `the profile ${name} has neither keys nor a role. Single sign-on and \`credential_process\` are not read: give it keys or a role.`,
    );
  }
  const role: Role = {
    arn,
    sessionName: profile.get('role_session_name') ?? defaultSessionName,
    externalId: profile.get('external_id'),
  };
  const tokenFile = profile.get('web_identity_token_file');
  if (tokenFile !== undefined) return requestForWebIdentity(role, readTokenFile(tokenFile, context), context, use);
  const assume: UseKeys = (source, now) => requestForRole(role, source, context, use, now);
  const source = profile.get('source_profile');
  if (source !== undefined) return forProfile(source, context, assume, [...seen, name]);
  return forCredentialSource(profile.get('credential_source'), name, context, assume);
}

function forCredentialSource(source: string | undefined, name: string, context: KeyContext, use: UseKeys): Step {
  const { secrets, provider, nowMs } = context;
  if (source === 'Ec2InstanceMetadata') return requestForInstance(context, use);
  const container = source === 'EcsContainer' ? requestForContainer(context, use) : undefined;
  if (container) return container;
  const keys = keysOf({
    awsAccessKeyId: secrets.variable('AWS_ACCESS_KEY_ID'),
    awsSecretAccessKey: secrets.variable('AWS_SECRET_ACCESS_KEY'),
    awsSessionToken: secrets.variable('AWS_SESSION_TOKEN'),
  });
  if (source === 'Environment' && keys) return use(lasting(keys, nowMs), nowMs);
  throw authenticationError(
    provider,
    `the profile ${name} names a role, but no \`source_profile\` or \`credential_source\` that has keys.`,
  );
}

/** A token itself, the path of a file that holds one, or LiteLLM's `oidc/file/...`, `oidc/env/...` and `oidc/env_path/...`. */
function readWebIdentity(named: string, context: KeyContext): string {
  const { secrets, provider } = context;
  const [, kind, rest = ''] = /^oidc\/([a-z_]+)\/(.+)$/.exec(named) ?? [];
  if (kind === 'file') return readTokenFile(rest.startsWith('/') ? rest : `/${rest}`, context);
  if (kind === 'env_path') return readTokenFile(secrets.variable(rest) ?? '', context);
  if (kind === 'env') {
    const token = secrets.variable(rest);
    if (token !== undefined) return token;
    throw authenticationError(provider, `the variable ${rest} that \`aws_web_identity_token\` names is not set.`);
  }
  if (kind !== undefined)
    throw authenticationError(provider, '`aws_web_identity_token` may name oidc/file, oidc/env or oidc/env_path.');
  return named.startsWith('/') ? readTokenFile(named, context) : named;
}

function readTokenFile(path: string, { secrets, provider }: KeyContext): string {
  const token = secrets.file(path)?.trim();
  if (token !== undefined && token !== '') return token;
  throw authenticationError(provider, 'the file of the web identity token cannot be read. Check its path and rights.');
}
