/** AWS's Security Token Service: a role's keys for other keys, or for the token of an identity provider. */
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and API_AssumeRoleWithWebIdentity.html
import { GatewayError } from '../../../errors/gateway-error.js';
import type { CredentialRequest } from '../../../spec/credential-exchange.js';
import type { InboundResponse, OutboundRequest } from '../../../spec/outbound.js';
import { maskSecrets } from '../../openai-compatible/mask-secrets.js';
import { configuredRegion, readSetting, serviceOrigin } from '../aws-address.js';
import { signRequest, type AwsKeys } from '../aws-signature.js';
import {
  authenticationError,
  objectOf,
  parseObject,
  readKeys,
  type KeyContext,
  type TemporaryKeys,
  type UseKeys,
} from './aws-keys.js';

export interface Role {
  readonly arn: string;
  readonly sessionName: string;
  readonly externalId?: string | undefined;
}

const apiVersion = '2011-06-15';

export async function requestForRole(
  role: Role,
  keys: AwsKeys,
  context: KeyContext,
  use: UseKeys,
  nowMs: number,
): Promise<CredentialRequest> {
  const { region, request } = ask(context, {
    Action: 'AssumeRole',
    RoleArn: role.arn,
    RoleSessionName: role.sessionName,
    ExternalId: role.externalId,
  });
  return answered(await signRequest(request, keys, { region, service: 'sts', nowMs }), role, context, use);
}

export function requestForWebIdentity(
  role: Role,
  webIdentityToken: string,
  context: KeyContext,
  use: UseKeys,
): CredentialRequest {
  const { request } = ask(context, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: role.arn,
    RoleSessionName: role.sessionName,
    WebIdentityToken: webIdentityToken,
  });
  return answered(request, role, context, use);
}

function ask(
  { settings, provider }: KeyContext,
  form: Readonly<Record<string, string | undefined>>,
): { readonly region: string; readonly request: OutboundRequest } {
  const region = configuredRegion(settings) ?? 'us-east-1';
  const url = URL.parse(readSetting(settings, 'aws_sts_endpoint') ?? serviceOrigin('sts', region));
  if (url === null) throw authenticationError(provider, '`aws_sts_endpoint` is no URL. Correct it.');
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const body = new URLSearchParams([...given, ['Version', apiVersion]]).toString();
  return { region, request: { method: 'POST', origin: url.origin, path: url.pathname, headers, body } };
}

function answered(request: OutboundRequest, role: Role, context: KeyContext, use: UseKeys): CredentialRequest {
  return {
    request,
    read: (response, nowMs) => use(readAnswer(response, role, context, nowMs), nowMs),
  };
}

/** @throws GatewayError `upstream_authentication` with what the service says */
function readAnswer(response: InboundResponse, role: Role, { provider }: KeyContext, nowMs: number): TemporaryKeys {
  const text = new TextDecoder().decode(response.body);
  const answer = parseObject(text);
  const isGood = response.status >= 200 && response.status < 300;
  const keys = isGood ? readKeys(answer ? credentialsOf(answer) : xmlMembers(text), nowMs) : undefined;
  if (keys) return keys;
  const error = answer ? objectOf(answer['Error']) : xmlMembers(text);
  const said = [error['Code'], error['Message']].filter((part) => typeof part === 'string' && part !== '').join(': ');
  const reason = said === '' ? `the status ${response.status}` : maskSecrets(said).slice(0, 300);
  throw new GatewayError('upstream_authentication', {
    message: `AWS: the role ${role.arn} could not be assumed (${reason}). Correct \`aws_role_name\`, or the trust policy of the role.`,
    provider,
  });
}

/** `{AssumeRoleResponse: {AssumeRoleResult: {Credentials}}}`, after the name of the action. */
function credentialsOf(answer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const result = Object.values(objectOf(Object.values(answer)[0])).map(objectOf);
  return objectOf(result.find((each) => each['Credentials'] !== undefined)?.['Credentials']);
}

/** The members of the innermost elements of XML, which some proxies and compatible services answer with. */
function xmlMembers(text: string): Readonly<Record<string, unknown>> {
  const members = [...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)];
  return Object.fromEntries(members.map(([, name = '', value = '']) => [name, unescapeXml(value)]));
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
