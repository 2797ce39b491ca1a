/** Resolves an entry and a request to the one upstream that it goes to: the target comes from configuration alone. */
import { Inject, Injectable } from '@nestjs/common';
import { ProviderAccounts } from '../catalog/pass-through/provider-accounts.service.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { CLOCK } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import type { ErrorCode } from '../core/errors/catalog.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { awsAuthentication } from '../core/providers/bedrock/authenticate.js';
import type { Clock, Deployment, OutboundRequest } from '../core/spec/index.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import type { NamedEntry } from './entries/pass-through-entry.js';
import type { AskedModel } from './native/asked-model.js';
import { nativeAddress } from './native/native-address.js';
import type { AwsService, NativePrefix, ServiceAccount } from './native/native-prefixes.js';
import type { Upstream } from './upstream.js';

@Injectable()
export class Upstreams {
  constructor(
    private readonly accounts: ProviderAccounts,
    private readonly connections: UpstreamConnections,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws GatewayError `no_pass_through_account`, or `invalid_request` for a place that there is not */
  of(found: FoundEntry, asked: AskedModel, teamId: string | undefined): Upstream {
    const { entry } = found;
    if (entry.kind === 'named') return named(entry, found);
    const { prefix } = entry;
    if (prefix.account) return this.service(prefix.account, entry.path, found);
    return this.native(prefix, entry.path, found, asked, teamId);
  }

  private native(
    prefix: NativePrefix,
    at: string,
    { rest, path }: FoundEntry,
    asked: AskedModel,
    teamId: string | undefined,
  ): Upstream {
    const accounts = this.accounts.of(prefix.provider ?? 'bedrock', teamId);
    if (typeof accounts === 'string') throw withoutAccount(at, accounts);
    const chosen = choose(accounts, prefix, asked, rest);
    if (!chosen) throw withoutAccount(at, 'there is no account.');
    const deployment = asked.name === undefined ? chosen : this.accounts.serving(chosen, asked.name);
    const query = prefix.takesKeyInQuery ? withoutKey(path.query) : path.query;
    const address = prefix.aws ? awsAddress(chosen, prefix.aws, rest) : nativeAddress(prefix, chosen, rest);
    const { endpoint, egress, timeoutMs } = chosen;
    return {
      provider: prefix.aws?.service ?? chosen.provider.id,
      deploymentId: chosen.id,
      apiBase: prefix.aws ? address.origin : endpoint.origin + endpoint.basePath,
      origin: address.origin,
      path: withQuery(address.path || '/', query),
      egress,
      deployment: prefix.aws ? undefined : deployment,
      signsBody: prefix.place === 'bedrock' || prefix.aws !== undefined,
      costNanos: 0n,
      timeoutMs,
      authorize: (request) => this.signed(chosen, request, prefix.aws, at),
    };
  }

  private async signed(
    deployment: Deployment,
    request: OutboundRequest,
    aws: AwsService | undefined,
    at: string,
  ): Promise<OutboundRequest> {
    const { provider, parameters } = deployment;
    const context = { nowMs: this.clock.now(), settings: parameters.provider };
    const withExtra = { ...request, headers: { ...request.headers, ...parameters.extraHeaders } };
    try {
      const { credentialExchange } = provider;
      const current = credentialExchange ? this.connections.credentials.current(deployment) : deployment.credentials;
      const credentials = current instanceof Promise ? await current : current;
      if (aws) return await awsAuthentication(provider.id, aws.service)(withExtra, credentials, context);
      return await provider.authenticate(withExtra, credentials, context);
    } catch (error) {
      // The caller's own key is fine: it is the operator's that is not there.
      if (error instanceof GatewayError && missingAccount.has(error.code))
        throw withoutAccount(at, error.message, error);
      throw error;
    }
  }

  private service(account: ServiceAccount, at: string, { rest, path }: FoundEntry): Upstream {
    const { environment } = this.settings.current();
    const first = (names: readonly string[] = []): string | undefined =>
      names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
    const key = first(account.keyFrom);
    if (key === undefined) throw withoutAccount(at, `there is no key. Set ${account.keyFrom.join(' or ')}.`);
    const user = first(account.userFrom);
    if (account.userFrom && user === undefined)
      throw withoutAccount(at, `there is no user name. Set ${account.userFrom.join(' or ')}.`);
    const base = URL.parse(first(account.baseUrlFrom) ?? account.baseUrl ?? '');
    if (!base || !/^https?:$/.test(base.protocol))
      throw withoutAccount(at, `there is no address. Set ${(account.baseUrlFrom ?? []).join(' or ')}.`);
    const secret = account.scheme === 'Basic' ? Buffer.from(`${user}:${key}`).toString('base64') : key;
    const value = account.scheme === 'plain' ? secret : `${account.scheme} ${secret}`;
    const basePath = base.pathname.replace(/\/+$/, '');
    return {
      provider: account.id,
      deploymentId: `pass_through/${account.id}`,
      apiBase: base.origin + basePath,
      origin: base.origin,
      path: withQuery(basePath + rest || '/', path.query),
      egress: 'operator',
      deployment: undefined,
      signsBody: false,
      costNanos: 0n,
      timeoutMs: undefined,
      authorize: (request) => ({ ...request, headers: { ...request.headers, [account.header]: value } }),
    };
  }
}

function named(entry: NamedEntry, { rest, path }: FoundEntry): Upstream {
  const { id, origin, basePath, egress, headers, costNanos, timeoutMs } = entry;
  return {
    provider: 'pass_through',
    deploymentId: id,
    apiBase: origin + basePath,
    origin,
    path: withQuery(basePath + rest || '/', withDefaults(path.query, entry.defaultQuery)),
    egress,
    deployment: undefined,
    signsBody: false,
    costNanos,
    timeoutMs,
    authorize: (request) => ({ ...request, headers: { ...request.headers, ...headers } }),
  };
}

/** The account of the project that the path names, then the one for the model, then the first. */
function choose(
  accounts: readonly Deployment[],
  { place }: NativePrefix,
  { name }: AskedModel,
  rest: string,
): Deployment | undefined {
  const project = place === 'vertex' ? /\/projects\/([^/]+)\//.exec(rest)?.[1] : undefined;
  const ofProject = accounts.filter(({ parameters }) => parameters.provider['vertex_project'] === project);
  const fitting = project !== undefined && ofProject.length > 0 ? ofProject : accounts;
  return fitting.find(({ model }) => model === name) ?? fitting[0];
}

function awsAddress({ endpoint }: Deployment, { service }: AwsService, rest: string): { origin: string; path: string } {
  const origin = endpoint.origin.replace(/^https:\/\/bedrock-runtime\./, `https://${service}.`);
  return { origin, path: rest || '/' };
}

function withQuery(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}

/** What the client has set stays as it was written. */
function withDefaults(query: string, defaults: NamedEntry['defaultQuery']): string {
  if (defaults.length === 0) return query;
  const given = new URLSearchParams(query);
  const added = new URLSearchParams();
  for (const [name, value] of defaults) if (!given.has(name)) added.append(name, value);
  return [query, added.toString()].filter((part) => part !== '').join('&');
}

/** The caller's own key. */
function withoutKey(query: string): string {
  return query
    .split('&')
    .filter((pair) => decodeName(pair.split('=', 1)[0] ?? '') !== 'key')
    .join('&');
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name; // no name that anybody could read as `key`
  }
}

const missingAccount: ReadonlySet<ErrorCode> = new Set(['upstream_authentication', 'upstream_unreachable']);

function withoutAccount(path: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('no_pass_through_account', { facts: { path, reason }, cause });
}
