/** How callers are let in who have no virtual key: tokens of identity providers, opaque tokens, a module of the operator's own. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { errorAt, type ConfigProblem, type Origin } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { checkJwt, toJwtSettings, type JwtSettings } from './jwt-settings.js';
import { originOf, type LocatedMap } from './located.js';
import { checkOAuth2, readOAuth2, type OAuth2Settings } from './oauth2-settings.js';
import type { WireGeneralSettings } from './schema/settings.schema.js';

export interface TokenAuthSettings {
  readonly jwt: JwtSettings | undefined;
  readonly oauth2: OAuth2Settings | undefined;
  /** Has the last word on a verified JWT. */
  readonly customValidate: OperatorFunction | undefined;
  readonly customAuth: OperatorFunction | undefined;
}

/** A function of a JavaScript module of the operator's own. */
export interface OperatorFunction {
  /** Absolute. */
  readonly file: string;
  readonly exportName: string;
}

export function resolveTokenAuth(
  root: LocatedMap,
  wire: WireGeneralSettings,
  environment: Environment,
): TokenAuthSettings {
  return {
    jwt: wire.enable_jwt_auth ? toJwtSettings(wire.litellm_jwtauth, environment) : undefined,
    oauth2: wire.enable_oauth2_auth ? readOAuth2(environment) : undefined,
    customValidate: wire.enable_jwt_auth ? customValidateOf(root, wire) : undefined,
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
  if (custom) checkModule(custom, originOf(root, customAuthPath), './auth.mjs#authenticate', problems);
  const validate = wire.enable_jwt_auth ? customValidateOf(root, wire) : undefined;
  if (validate) checkModule(validate, originOf(root, customValidatePath), './tokens.mjs#validate', problems);
}

const customAuthPath = ['general_settings', 'custom_auth'];
const customValidatePath = ['general_settings', 'litellm_jwtauth', 'custom_validate'];

function customAuthOf(root: LocatedMap, { custom_auth: written }: WireGeneralSettings): OperatorFunction | undefined {
  return written === undefined ? undefined : functionOf(originOf(root, customAuthPath), written, 'authenticate');
}

function customValidateOf(root: LocatedMap, wire: WireGeneralSettings): OperatorFunction | undefined {
  const written = wire.litellm_jwtauth.custom_validate;
  return written === undefined ? undefined : functionOf(originOf(root, customValidatePath), written, 'validate');
}

function functionOf(at: Origin, written: string, defaultExport: string): OperatorFunction {
  const [file = '', exportName = defaultExport] = written.split('#');
  return { file: path.resolve(path.dirname(at.file), file), exportName };
}

function checkModule({ file }: OperatorFunction, at: Origin, example: string, problems: ConfigProblem[]): void {
  if (!/\.[cm]?js$/.test(file)) {
    const message = `is no JavaScript module. Write for example \`${example}\`: a Python module cannot be loaded here.`;
    problems.push(errorAt(at, message));
  } else if (!existsSync(file)) {
    problems.push(errorAt(at, `there is no ${file}. Write the path relative to this file.`));
  }
}
