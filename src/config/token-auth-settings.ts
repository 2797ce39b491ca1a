/** How callers are let in who have no virtual key: tokens of identity providers, opaque tokens, a module of the operator's own. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { errorAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { checkJwt, toJwtSettings, type JwtSettings } from './jwt-settings.js';
import { originOf, type LocatedMap } from './located.js';
import { checkOAuth2, readOAuth2, type OAuth2Settings } from './oauth2-settings.js';
import type { WireGeneralSettings } from './schema/settings.schema.js';

export interface TokenAuthSettings {
  readonly jwt: JwtSettings | undefined;
  readonly oauth2: OAuth2Settings | undefined;
  readonly customAuth: CustomAuthSettings | undefined;
}

export interface CustomAuthSettings {
  /** Absolute. */
  readonly file: string;
  readonly exportName: string;
}

const defaultExport = 'authenticate';

export function resolveTokenAuth(
  root: LocatedMap,
  wire: WireGeneralSettings,
  environment: Environment,
): TokenAuthSettings {
  return {
    jwt: wire.enable_jwt_auth ? toJwtSettings(wire.litellm_jwtauth, environment) : undefined,
    oauth2: wire.enable_oauth2_auth ? readOAuth2(environment) : undefined,
    customAuth: customAuthOf(root, wire),
  };
}

export function checkTokenAuth(
  root: LocatedMap,
  wire: WireGeneralSettings,
  environment: Environment,
  problems: ConfigProblem[],
): void {
  if (wire.enable_jwt_auth) checkJwt(root, wire.litellm_jwtauth, environment, problems);
  if (wire.enable_oauth2_auth) checkOAuth2(root, environment, problems);
  const custom = customAuthOf(root, wire);
  if (!custom) return;
  const at = originOf(root, ['general_settings', 'custom_auth']);
  if (!/\.[cm]?js$/.test(custom.file)) {
    problems.push(
      errorAt(
        at,
        'is no JavaScript module. Write for example `./auth.mjs#authenticate`: a Python module cannot be loaded here.',
      ),
    );
  } else if (!existsSync(custom.file)) {
    problems.push(errorAt(at, `there is no ${custom.file}. Write the path relative to this file.`));
  }
}

function customAuthOf(root: LocatedMap, { custom_auth: written }: WireGeneralSettings): CustomAuthSettings | undefined {
  if (written === undefined) return undefined;
  const [file = '', exportName = defaultExport] = written.split('#');
  const { file: configFile } = originOf(root, ['general_settings', 'custom_auth']);
  return { file: path.resolve(path.dirname(configFile), file), exportName };
}
