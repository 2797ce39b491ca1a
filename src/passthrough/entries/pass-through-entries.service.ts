/** Finds what stands behind a path: the operator's own entries, of the file and the database, and the providers' prefixes. */
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EntryRoute, EntryRoutes } from '../../auth/routes/entry-routes.js';
import { StoredEndpoints } from '../../catalog/pass-through/stored-endpoints.service.js';
import type { PassThroughSetting } from '../../config/pass-through-settings.js';
import { SettingsService } from '../../config/settings.service.js';
import type { EgressProfile } from '../../core/spec/deployment.js';
import { nativePrefixes } from '../native/native-prefixes.js';
import { givenKeyOf } from './given-key.js';
import type { NamedEntry, NativeEntry, PassThroughEntry } from './pass-through-entry.js';
import { readRequestPath, type RequestPath } from './request-path.js';

/** A request whose path leads to an entry. */
export interface FoundEntry extends EntryRoute {
  readonly entry: PassThroughEntry;
  readonly path: RequestPath;
  /** What lies below the entry, as it came: empty, or with a slash before it. */
  readonly rest: string;
}

interface Index {
  readonly ofFile: readonly PassThroughSetting[];
  readonly ofDatabase: readonly PassThroughSetting[];
  readonly byPath: ReadonlyMap<string, PassThroughEntry>;
  /** Of the longest path: no longer one need be looked for. */
  readonly mostSegments: number;
}

const nativeEntries: readonly NativeEntry[] = nativePrefixes.flatMap((prefix) =>
  prefix.paths.map((path) => ({
    kind: 'native',
    id: `native:${path}`,
    path,
    template: `${path}/*`,
    includesSubpath: true,
    methods: undefined,
    isOpen: false,
    guardrails: [],
    prefix,
  })),
);

declare module 'fastify' {
  interface FastifyRequest {
    passThroughEntry: FoundEntry | null;
  }
}

/** Gives every request its place for what its path leads to: a weak map would cost more with each request that is under way. */
export function declareEntry(fastify: FastifyInstance): void {
  fastify.decorateRequest('passThroughEntry', null);
}

@Injectable()
export class PassThroughEntries implements EntryRoutes, OnApplicationBootstrap {
  private readonly logger = new Logger('Pass-through');
  private index: Index | undefined;

  constructor(
    private readonly settings: SettingsService,
    private readonly stored: StoredEndpoints,
    private readonly host: HttpAdapterHost,
  ) {}

  /** An entry at the path of one of the gateway's own routes would never be asked: its operator ought to know. */
  onApplicationBootstrap(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    for (const { path, methods } of this.settings.current().passThrough) {
      const taken = (methods ?? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).filter((method) =>
        fastify.hasRoute({ method, url: path }),
      );
      if (taken.length > 0)
        this.logger.warn(`The endpoint ${path} is not asked for ${taken.join(', ')}: the gateway has a route of its own there. Give it another path.`); // prettier-ignore
    }
  }

  /** All of them, for those who look at what there is. */
  list(): readonly PassThroughEntry[] {
    return [...this.current().byPath.values()];
  }

  /** The same for as long as the request lasts, whatever changes meanwhile. */
  find(request: FastifyRequest): FoundEntry | undefined {
    return (request.passThroughEntry ??= this.lookUp(request) ?? null) ?? undefined;
  }

  private lookUp(request: FastifyRequest): FoundEntry | undefined {
    const path = readRequestPath(request.raw.url ?? '/');
    const { byPath, mostSegments } = this.current();
    const { segments, raw } = path;
    for (let count = Math.min(segments.length, mostSegments); count > 0; count -= 1) {
      const entry = byPath.get(`/${segments.slice(0, count).join('/')}`);
      if (!entry || (count < segments.length && !entry.includesSubpath)) continue;
      if (entry.methods && !entry.methods.has(request.method)) continue;
      const rest = count < raw.length ? `/${raw.slice(count).join('/')}` : '';
      const facts = { method: request.method, template: entry.template, audience: 'entry' } as const;
      return {
        entry,
        path,
        rest,
        facts,
        isOpen: entry.isOpen,
        givenKey: givenKeyOf(request.headers, path.query, entry),
      };
    }
    return undefined;
  }

  private current(): Index {
    const ofFile = this.settings.current().passThrough;
    const ofDatabase = this.stored.current();
    if (this.index?.ofFile !== ofFile || this.index.ofDatabase !== ofDatabase) {
      // The operator's own go before the database's, and both before what is built in.
      const entries = [
        ...nativeEntries,
        ...this.stored.current().map((setting) => toEntry(setting, `stored:${setting.id}`, 'restricted')),
        ...ofFile.map((setting) => toEntry(setting, `config:${setting.path}`, 'operator')),
      ];
      const byPath = new Map(entries.map((entry) => [entry.path, entry]));
      const mostSegments = Math.max(...entries.map(({ path }) => path.split('/').length - 1));
      this.index = { ofFile, ofDatabase, byPath, mostSegments };
    }
    return this.index;
  }
}

function toEntry(setting: PassThroughSetting, id: string, egress: EgressProfile): NamedEntry {
  const { origin, pathname, searchParams } = new URL(setting.target);
  const { path, includesSubpath, methods, guardrails, headers, forwardsHeaders, costNanos, timeoutMs } = setting;
  return {
    kind: 'named',
    id,
    path,
    template: includesSubpath ? `${path}/*` : path,
    includesSubpath,
    methods: methods && new Set(methods),
    isOpen: !setting.needsKey && egress === 'operator',
    guardrails,
    origin,
    basePath: pathname.replace(/\/+$/, ''),
    defaultQuery: [...searchParams, ...Object.entries(setting.defaultQuery)],
    headers,
    forwardsHeaders,
    costNanos,
    timeoutMs,
    egress,
  };
}
