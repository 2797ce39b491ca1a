/** The gateway of the authorization tables, as it is built, with its world; and what becomes of a caller's request. */
import { Reflector } from '@nestjs/core';
import { AUDIENCE_METADATA } from '../../../src/auth/audience.decorator.js';
import { AuthService } from '../../../src/auth/auth.service.js';
import { CatalogService } from '../../../src/catalog/catalog.service.js';
import { StoredSettings } from '../../../src/catalog/stored-settings.service.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { PassThroughEntries } from '../../../src/passthrough/entries/pass-through-entries.service.js';
import type { PassThroughEntry } from '../../../src/passthrough/entries/pass-through-entry.js';
import { EchoUpstream } from '../pass-through/echo-upstream.js';
import { passingGuardrail } from '../../../src/guardrails/testing/guardrail-types.js';
import { TestGateway, type Route } from '../support/gateway.js';
import { send, type Answer } from '../support/http-client.js';
import { headersOf, keyOf, type Caller } from './callers.js';
import type { Sealed } from './things.js';
import { build, customer } from './world.js';

/**
 * - `u`: not known (401)
 * - `a`: known, and not an administrator (401)
 * - `f`: forbidden (403)
 * - `n`: not found (404)
 * - `b`: may call, and asked for something wrong (400, 409, 413, 415, 422)
 * - `+`: served
 * - `!`: what must never be: the gateway failed
 */
export type Verdict = 'u' | 'a' | 'f' | 'n' | 'b' | '+' | '!';

export function verdictOf({ status, text }: Pick<Answer, 'status' | 'text'>): Verdict {
  if (status >= 500 && status !== 503) return '!';
  if (status === 401) return text.includes('Only proxy admin can be used') ? 'a' : 'u';
  if (status === 403) return 'f';
  if (status === 404) return 'n';
  return status >= 400 && status !== 429 && status !== 503 ? 'b' : '+';
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export class AuthorizationBench {
  /** What the guard read from the last matched route; undefined where no route was matched. */
  audience: unknown;
  private sealed: Sealed = { models: [], credentials: [] };

  private constructor(
    readonly gateway: TestGateway,
    private readonly upstream: EchoUpstream,
  ) {}

  static async start(): Promise<AuthorizationBench> {
    const model = { model: 'openai/gpt-e2e', api_key: 'none', mock_response: 'Hello back.' };
    const upstream = await EchoUpstream.start();
    const gateway = await TestGateway.start({
      models: ['echo', 'other'].map((name) => ({ model_name: name, litellm_params: model })),
      router: { fallbacks: [{ echo: ['other'] }] },
      general: {
        store_model_in_db: true,
        pass_through_endpoints: [
          { path: '/entry-with-key', target: upstream.origin, methods: ['GET'] },
          { path: '/entry-without-key', target: upstream.origin, methods: ['GET'], auth: false },
        ],
      },
      guardrailTypes: [passingGuardrail('nothing')],
      environment: { TOLLGATE_ENCRYPTION_KEY: '5f0c1a9d7be24836a1c2d3e4f5061728' },
    });
    const bench = new AuthorizationBench(gateway, upstream);
    const read = Reflector.prototype.get as (key: unknown, target: never) => unknown;
    jest.spyOn(Reflector.prototype, 'get').mockImplementation(function (this: Reflector, key: unknown, target: never) {
      const value = read.call(this, key, target);
      if (key === AUDIENCE_METADATA) bench.audience = value;
      return value;
    } as never);
    const auth = bench.auth;
    const authenticate = auth.authenticate.bind(auth);
    jest.spyOn(auth, 'authenticate').mockImplementation((request, queryKey) => {
      if (request.headers.authorization === `Bearer ${keyOf('customer')}`) return customer;
      return authenticate(request, queryKey);
    });
    await bench.restore();
    await bench.seal();
    return bench;
  }

  /** Has the gateway itself make what it keeps sealed. */
  private async seal(): Promise<void> {
    const make = async (path: string, body: object): Promise<void> => {
      const { status, text } = await this.ask('master', { method: 'POST', path, body: JSON.stringify(body) });
      if (status !== 200) throw new Error(`${path} was refused: ${text}`);
    };
    await make('/credentials', { credential_name: 'a-credential', credential_values: { api_key: 'none' } });
    const models = [['a-model'], ['team_model-own', 'team-own'], ['team_model-other', 'team-other'], ['team_model-foreign', 'team-foreign']]; // prettier-ignore
    for (const [id, team_id] of models) {
      const litellm_params = { model: 'demo/hello', timeout: 5, input_cost_per_token: 1, output_cost_per_token: 1 };
      await make('/model/new', { model_name: id, litellm_params, model_info: { id, ...(team_id && { team_id }) } });
    }
    this.sealed = await this.database.run(async (client) => ({
      models: await client.configModel.findMany(),
      credentials: await client.credential.findMany(),
    }));
    await this.restore();
  }

  async stop(): Promise<void> {
    jest.restoreAllMocks();
    await this.gateway.stop();
    await this.upstream.stop();
  }

  get auth(): AuthService {
    return this.gateway.app.get(AuthService, { strict: false });
  }

  get database(): DatabaseService {
    return this.gateway.app.get(DatabaseService, { strict: false });
  }

  /** The routes that are written out in controllers, and the pass-through entries; the router answers HEAD by those of GET. */
  get routes(): readonly Route[] {
    const entries = this.entries.map(({ template, methods }) => ({
      method: methods ? [...methods].join() : 'GET',
      url: template,
    }));
    const seen = new Map([...this.gateway.routes, ...entries].map((route) => [`${route.method} ${route.url}`, route]));
    return [...seen.values()]
      .filter(({ method }) => method !== 'HEAD')
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  /** What stands behind the route that no path was written for. */
  get entries(): readonly PassThroughEntry[] {
    return this.gateway.app.get(PassThroughEntries, { strict: false }).list();
  }

  /** The audience of a pass-through entry is the entry's; undefined for a route. */
  audienceOfEntry(url: string): string | undefined {
    const entry = this.entries.find(({ template }) => template === url);
    return entry && (entry.isOpen ? 'public' : 'llm_api');
  }

  async restore(): Promise<void> {
    const { sealed } = this;
    const hadSettings = await this.database.transaction(async (tx) => {
      const settings = await tx.configSetting.count();
      await build(tx, sealed);
      return settings > 0;
    });
    this.auth.forgetAll();
    await this.gateway.app.get(CatalogService, { strict: false }).refresh();
    if (hadSettings) await this.gateway.app.get(StoredSettings, { strict: false }).refresh();
  }

  /** In the form that the route takes: one in another is refused before anybody looks at who sends it. */
  async probe(caller: Caller, asked: Asked): Promise<Answer> {
    const answer = await this.ask(caller, asked);
    if (answer.status !== 415) return answer;
    return this.ask(caller, { ...asked, body: form.body, headers: { ...form.headers, ...asked.headers } });
  }

  ask(caller: Caller, { method, path, body, headers }: Asked): Promise<Answer> {
    const given = body ?? (['POST', 'PUT', 'PATCH', 'QUERY'].includes(method) ? '{}' : undefined);
    const type: Record<string, string> =
      given === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(given)) };
    const all = { ...type, ...headersOf(caller), ...headers };
    return send(this.gateway.port, { method, path, headers: all, ...(given !== undefined && { body: given }) });
  }
}

/** What a route takes that takes no JSON. */
const form = {
  body: '--x\r\ncontent-disposition: form-data; name="model"\r\n\r\necho\r\n--x--\r\n',
  headers: { 'content-type': 'multipart/form-data; boundary=x' },
};

export const nameOf = ({ method, url }: Route): string => `${method} ${url}`;

/** A path that the route matches, about something that does not exist. */
export function pathOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, 'no-such-$1').replaceAll('*', 'no-such-name');
}
