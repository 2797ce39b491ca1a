/** Puts the authenticator of tokens together from the configuration. */
import type { FactoryProvider } from '@nestjs/common';
import { OutboundHttp } from '../../../clients/outbound-http.service.js';
import type { JwtSettings } from '../../../config/jwt-settings.js';
import { CLOCK } from '../../../config/ports.js';
import { SettingsService } from '../../../config/settings.service.js';
import type { OperatorFunction } from '../../../config/token-auth-settings.js';
import type { Clock } from '../../../core/spec/clock.js';
import { ChangeFeedPoller } from '../../../database/change-feed.poller.js';
import { DatabaseService } from '../../../database/database.service.js';
import { AUTH_SETTINGS, type AuthSettings } from '../../auth-settings.js';
import { VirtualKeyRepository } from '../../virtual-key.repository.js';
import { loadCustomAuth, loadTokenCheck } from '../custom/custom-auth.lazy.js';
import { JwtVerifier } from '../jwt/jwt-verifier.js';
import type { FetchJson } from '../jwt/issuer-keys.js';
import { TokenIntrospection } from '../oauth2/token-introspection.js';
import { ExternalRecords, type ExternalRecordsOptions } from './external-records.js';
import { IDENTITY_REGISTRAR, type IdentityRegistrar } from './identity-registrar.js';
import { TOKEN_AUTHENTICATOR, TokenAuthenticator } from './token-authenticator.js';

/** What bearers may do of whom an opaque token or a module of the operator's own speaks: what a JWT's may by default. */
const plainSettings: ExternalRecordsOptions['settings'] = {
  adminRoutes: [],
  teamRoutes: ['llm_api_routes', 'info_routes'],
  publicRoutes: ['llm_api_routes', 'info_routes'],
  makesTeams: false,
  makesUsers: false,
  needsTeamForModels: false,
  syncsRolesAndTeams: false,
};

/** As `inject` names them. */
type Given = [
  source: SettingsService,
  settings: AuthSettings,
  http: OutboundHttp,
  database: DatabaseService,
  keys: VirtualKeyRepository,
  feed: ChangeFeedPoller,
  clock: Clock,
  registrar?: IdentityRegistrar,
];

export const tokenAuthenticator: FactoryProvider<TokenAuthenticator> = {
  provide: TOKEN_AUTHENTICATOR,
  inject: [
    SettingsService,
    AUTH_SETTINGS,
    OutboundHttp,
    DatabaseService,
    VirtualKeyRepository,
    ChangeFeedPoller,
    CLOCK,
    { token: IDENTITY_REGISTRAR, optional: true },
  ],
  useFactory: (...[source, settings, http, database, keys, feed, clock, registrar]: Given) => {
    const { jwt, oauth2, customAuth, customValidate } = source.current().tokenAuth;
    const recordsWith = (given: ExternalRecordsOptions['settings']): ExternalRecords =>
      new ExternalRecords({ database, keys, registrar, settings: given });
    const plain = recordsWith(plainSettings);
    return new TokenAuthenticator({
      jwt: jwt && { settings: jwt, verifier: verifierOf(jwt, customValidate, http, clock), records: recordsWith(jwt) },
      oauth2: oauth2 && {
        settings: oauth2,
        introspection: new TokenIntrospection(oauth2, (request) => http.send(request), clock),
        records: plain,
      },
      custom: customAuth && {
        authenticate: once(() => loadCustomAuth(customAuth)),
        records: plain,
      },
      clock,
      settings,
      hearsChanges: () => feed.isFresh(),
    });
  },
};

function verifierOf(
  jwt: JwtSettings,
  customValidate: OperatorFunction | undefined,
  http: OutboundHttp,
  clock: Clock,
): JwtVerifier {
  const fetchJson: FetchJson = async (url) => {
    const { status, body } = await http.send({ url, egress: 'operator', headers: { accept: 'application/json' } });
    if (status !== 200) throw new Error(`it answered ${status}`);
    return JSON.parse(body.toString('utf8')) as unknown;
  };
  const load = customValidate && once(() => loadTokenCheck(customValidate));
  return new JwtVerifier(jwt, fetchJson, clock, load && (async (claims) => (await load())(claims)));
}

/** A module that cannot be loaded is looked at again: its file may be mended. */
function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loaded: Promise<Loaded> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}
