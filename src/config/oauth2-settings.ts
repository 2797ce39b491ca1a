/** How opaque tokens are checked, from LiteLLM's environment variables: introspection (RFC 7662), or an endpoint that tells of a token. */
import { errorAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { originOf, type LocatedMap } from './located.js';

export interface OAuth2Settings {
  readonly endpoint: string;
  /** Both for introspection; without them the endpoint is asked with the token itself. */
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly userIdField: string;
  readonly roleField: string;
  readonly teamIdField: string;
}

/** Undefined where the environment names no endpoint. */
export function readOAuth2(environment: Environment): OAuth2Settings | undefined {
  const endpoint = nonEmpty(environment['OAUTH_TOKEN_INFO_ENDPOINT']);
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    clientId: nonEmpty(environment['OAUTH_CLIENT_ID']),
    clientSecret: nonEmpty(environment['OAUTH_CLIENT_SECRET']),
    userIdField: nonEmpty(environment['OAUTH_USER_ID_FIELD_NAME']) ?? 'sub',
    roleField: nonEmpty(environment['OAUTH_USER_ROLE_FIELD_NAME']) ?? 'role',
    teamIdField: nonEmpty(environment['OAUTH_USER_TEAM_ID_FIELD_NAME']) ?? 'team_id',
  };
}

export function checkOAuth2(root: LocatedMap, environment: Environment, problems: ConfigProblem[]): void {
  const at = originOf(root, ['general_settings', 'enable_oauth2_auth']);
  const settings = readOAuth2(environment);
  if (settings === undefined) {
    problems.push(
      errorAt(
        at,
        '`enable_oauth2_auth` is set and OAUTH_TOKEN_INFO_ENDPOINT is not. Set it to the address that tokens are checked at.',
      ),
    );
  } else if (!/^https?:$/.test(URL.parse(settings.endpoint)?.protocol ?? '')) {
    problems.push(errorAt(at, 'OAUTH_TOKEN_INFO_ENDPOINT is no http or https address. Correct it.'));
  } else if (settings.clientSecret !== undefined && settings.clientId === undefined) {
    problems.push(errorAt(at, 'OAUTH_CLIENT_SECRET is set and OAUTH_CLIENT_ID is not. Set both.'));
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
