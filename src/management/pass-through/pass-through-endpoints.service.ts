/** Stores, changes, deletes and shows pass-through endpoints; every process serves what is stored within two seconds. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  StoredEndpointRepository,
  type StoredEndpoint,
} from '../../catalog/pass-through/stored-endpoint.repository.js';
import { StoredEndpoints } from '../../catalog/pass-through/stored-endpoints.service.js';
import { findReferencesIn } from '../../config/environment-references.js';
import type { PassThroughSetting } from '../../config/pass-through-settings.js';
import { withoutSecretParams } from '../../config/secret-params.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { passThroughTopic } from '../../database/change-topics.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import type { EndpointBody, ShownEndpoint, ShownEndpoints } from './pass-through.dto.js';

/** Each is looked for on the way of requests, and read by every process. */
const mostEndpoints = 1_000;

@Injectable()
export class PassThroughEndpointsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly repository: StoredEndpointRepository,
    private readonly stored: StoredEndpoints,
    private readonly settings: SettingsService,
  ) {}

  /** @throws GatewayError `conflict` for a path or an id that is taken, `invalid_request`, `no_encryption_key` */
  async add(body: EndpointBody, actor: Actor): Promise<ShownEndpoints> {
    const id = body.id ?? randomUUID();
    this.check(body);
    await this.writes.run(actor, async (write) => {
      const known = await this.repository.list(write.tx);
      if (known.some((endpoint) => endpoint.id === id)) throw taken(`An endpoint with the id ${id} exists.`);
      if (known.some((endpoint) => pathOf(endpoint) === body.path)) throw taken(`An endpoint with the path ${body.path} exists.`); // prettier-ignore
      if (known.length >= mostEndpoints) throw taken(`There are ${mostEndpoints} endpoints, which is the most.`);
      await this.put(write, { id, value: plain(body) }, actor, 'pass_through.new');
    });
    await this.stored.refresh();
    return this.list(id);
  }

  /** @throws GatewayError `object_not_found`, `conflict`, `invalid_request`, `no_encryption_key` */
  async change(id: string, body: EndpointBody, actor: Actor): Promise<ShownEndpoints> {
    this.refuseOfFile(id);
    this.check(body);
    await this.writes.run(actor, async (write) => {
      const known = await this.repository.list(write.tx);
      const before = known.find((endpoint) => endpoint.id === id);
      if (!before) throw missing(id);
      if (known.some((endpoint) => endpoint.id !== id && pathOf(endpoint) === body.path))
        throw taken(`An endpoint with the path ${body.path} exists.`);
      await this.put(write, { id, value: plain(body) }, actor, 'pass_through.update', before);
    });
    await this.stored.refresh();
    return this.list(id);
  }

  /** @throws GatewayError `object_not_found`; `conflict` for one of the file */
  async delete(id: string, actor: Actor): Promise<ShownEndpoints> {
    this.refuseOfFile(id);
    const shown = await this.list(id);
    await this.writes.run(actor, async (write) => {
      const before = (await this.repository.list(write.tx)).find((endpoint) => endpoint.id === id);
      if (!before) throw missing(id);
      await this.repository.delete(write.tx, id);
      write.audit({ action: 'pass_through.delete', objectKind: 'pass_through', objectId: id, before: viewOf(before) });
      write.changed(passThroughTopic, id);
    });
    await this.stored.refresh();
    return shown;
  }

  /** @throws GatewayError `object_not_found` where one is asked for that there is not */
  async list(id?: string): Promise<ShownEndpoints> {
    await this.stored.refresh();
    const all = [
      ...this.settings.current().passThrough.map((setting) => shown(setting, setting.path, true)),
      ...this.stored.current().map((endpoint) => shown(endpoint, endpoint.id, false)),
    ];
    const endpoints = id === undefined ? all : all.filter((endpoint) => endpoint.id === id);
    if (id !== undefined && endpoints.length === 0) throw missing(id);
    return { endpoints };
  }

  private async put(
    { tx, audit, changed }: Parameters<Parameters<ManagementWrites['run']>[1]>[0],
    endpoint: StoredEndpoint,
    actor: Actor,
    action: 'pass_through.new' | 'pass_through.update',
    before?: StoredEndpoint,
  ): Promise<void> {
    await this.repository.put(tx, endpoint, actor.name);
    const views = { ...(before && { before: viewOf(before) }), after: viewOf(endpoint) };
    audit({ action, objectKind: 'pass_through', objectId: endpoint.id, ...views });
    changed(passThroughTopic, endpoint.id);
  }

  private check(body: EndpointBody): void {
    const isReference = Object.values(body.headers).some((value) => value.includes('os.environ/'));
    if (isReference || findReferencesIn(body)) {
      const reason = '`os.environ/` is not resolved here. Write the value itself, or use `pass_through_endpoints` of the configuration file.'; // prettier-ignore
      throw new GatewayError('invalid_request', { param: 'headers', facts: { reason } });
    }
    if (this.settings.current().passThrough.some(({ path }) => path === body.path))
      throw taken(`The configuration file has an endpoint with the path ${body.path}. Change it there.`);
  }

  private refuseOfFile(id: string): void {
    if (!this.settings.current().passThrough.some(({ path }) => path === id)) return;
    throw taken(`The endpoint ${id} stands in the configuration file. Change it there.`);
  }
}

/** As JSON keeps it: what was not said is not there. */
function plain({ auth: _true, id: _id, ...body }: EndpointBody): Record<string, unknown> {
  return JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
}

function pathOf({ value }: StoredEndpoint): unknown {
  return (value as { readonly path?: unknown } | null)?.path;
}

function viewOf({ value }: StoredEndpoint): Record<string, unknown> {
  return withoutSecretParams((value ?? {}) as Record<string, unknown>);
}

function shown(setting: PassThroughSetting, id: string, isOfFile: boolean): ShownEndpoint {
  const masked = withoutSecretParams({ target: setting.target, headers: setting.headers });
  return {
    id,
    path: setting.path,
    target: masked['target'] as string,
    headers: masked['headers'] as Record<string, string>,
    default_query_params: withoutSecretParams(setting.defaultQuery) as Record<string, string>,
    include_subpath: setting.includesSubpath,
    forward_headers: setting.forwardsHeaders,
    cost_per_request: usdFromNanos(setting.costNanos),
    timeout: setting.timeoutMs === undefined ? null : setting.timeoutMs / 1_000,
    methods: setting.methods ? [...setting.methods] : null,
    guardrails: [...setting.guardrails],
    auth: setting.needsKey,
    is_from_config: isOfFile,
  };
}

function taken(reason: string): GatewayError {
  return new GatewayError('conflict', { facts: { reason } });
}

function missing(id: string): GatewayError {
  const reason = `There is no pass-through endpoint with the id ${id}.`;
  return new GatewayError('object_not_found', { param: 'endpoint_id', facts: { reason } });
}
