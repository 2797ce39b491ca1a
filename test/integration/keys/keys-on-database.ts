/** The services of keys on a real database, with a clock that stands still, and people to call them. */
import type { AuthService } from '../../../src/auth/auth.service.js';
import { keyHash } from '../../../src/auth/key-hash.js';
import type { Principal, Role } from '../../../src/auth/principal.js';
import { AccessScopes } from '../../../src/auth/scope/access-scopes.service.js';
import type { CatalogService } from '../../../src/catalog/catalog.service.js';
import type { KeySettings } from '../../../src/config/key-settings.js';
import type { SettingsService } from '../../../src/config/settings.service.js';
import { FakeClock } from '../../../src/core/testing/fake-clock.js';
import { keyTopic } from '../../../src/database/change-topics.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { LimitDefinitions } from '../../../src/limits/definitions/limit-definitions.service.js';
import { AuditLog } from '../../../src/management/audit/audit-log.service.js';
import { KeyChanger } from '../../../src/management/keys/key-changer.service.js';
import { KeyGrants } from '../../../src/management/keys/key-grants.service.js';
import { KeyIssuer } from '../../../src/management/keys/key-issuer.service.js';
import { KeyLister } from '../../../src/management/keys/key-lister.service.js';
import { KeyOwners } from '../../../src/management/keys/key-owners.service.js';
import { KeyReader } from '../../../src/management/keys/key-reader.service.js';
import { KeyRemover } from '../../../src/management/keys/key-remover.service.js';
import { KeyRenewal } from '../../../src/management/keys/key-renewal.service.js';
import { KeyRules } from '../../../src/management/keys/key-rules.service.js';
import { KeyRepository } from '../../../src/management/keys/key.repository.js';
import { KeyWrites } from '../../../src/management/keys/key-writes.service.js';
import type { Actor } from '../../../src/management/writes/actor.js';
import { ManagementWrites } from '../../../src/management/writes/management-writes.service.js';
import { openDatabase } from '../support/databases.js';

export const masterKey = 'sk-master-integration-8a02d94b47e5b3710c9e';
export const now = Date.UTC(2030, 0, 31, 12);

const noSettings: KeySettings = { defaults: {}, upperBounds: {}, generation: {}, allowsCustomKeys: true, gracePeriod: null }; // prettier-ignore

export interface Caller {
  readonly role?: Role;
  readonly userId?: string;
  /** The value of the key that the caller came with. */
  readonly key?: string;
}

export class KeysOnDatabase {
  /** Change it to change what the configuration says. */
  settings: KeySettings = noSettings;
  readonly clock = new FakeClock(now);
  readonly forgotten: string[] = [];

  readonly services: Services;

  private constructor(readonly database: DatabaseService) {
    this.services = assemble(this);
  }

  static async open(url: string): Promise<KeysOnDatabase> {
    return new KeysOnDatabase(await openDatabase(url));
  }

  close(): Promise<void> {
    return this.database.onApplicationShutdown();
  }

  principal({ role = 'internal_user', userId, key = `sk-nobody-${userId}` }: Caller): Principal {
    return { role, keyHash: keyHash(key), keyAlias: undefined, userId, teamId: undefined, models: [], tags: [] };
  }

  actor(caller: Caller): Actor {
    const principal = this.principal(caller);
    const { keyHash: hash, role, userId } = principal;
    return { principal, name: userId ?? hash, role, keyHash: hash, address: '127.0.0.1' };
  }

  readonly admin: Actor = {
    principal: {
      ...this.principal({ role: 'proxy_admin', userId: 'default_user_id', key: masterKey }),
      isMaster: true,
    },
    name: 'default_user_id',
    role: 'proxy_admin',
    keyHash: keyHash(masterKey),
    address: '127.0.0.1',
  };

  async addUser(id: string, models: string[] = []): Promise<void> {
    await this.database.run((client) => client.user.create({ data: { id, role: 'internal_user', models, metadata: {}, ...by } })); // prettier-ignore
  }

  async addTeam(
    id: string,
    given: { models?: string[]; organizationId?: string; permissions?: string[]; settings?: object; members?: Record<string, 'admin' | 'user'> } = {}, // prettier-ignore
  ): Promise<void> {
    const { models = [], organizationId = null, permissions, settings = {}, members = {} } = given;
    const people = Object.entries(members).map(([userId, role]) => ({ userId, role }));
    await this.database.run((client) =>
      client.team.create({
        data: {
          id,
          models,
          organizationId,
          metadata: {},
          settings,
          ...(permissions && { memberPermissions: permissions }),
          members: { create: people },
          ...by,
        },
      }),
    );
  }

  async addOrganization(id: string, models: string[] = [], members: Record<string, string> = {}): Promise<void> {
    const people = Object.entries(members).map(([userId, role]) => ({ userId, role }));
    await this.database.run((client) =>
      client.organization.create({ data: { id, alias: id, models, metadata: {}, members: { create: people }, ...by } }),
    );
  }
}

const by = { createdBy: 'test', updatedBy: 'test' };

interface Services {
  readonly limits: LimitDefinitions;
  readonly issuer: KeyIssuer;
  readonly changer: KeyChanger;
  readonly renewal: KeyRenewal;
  readonly remover: KeyRemover;
  readonly lister: KeyLister;
  readonly reader: KeyReader;
}

function assemble(bench: Pick<KeysOnDatabase, 'database' | 'clock' | 'settings' | 'forgotten'>): Services {
  const { database, clock } = bench;
  const limits = new LimitDefinitions(clock, () => 'UTC');
  const keys = new KeyRepository(limits);
  const owners = new KeyOwners(limits, keys);
  const catalog = { current: () => ({ find: () => null }) } as unknown as CatalogService;
  const settings = { current: () => ({ keys: bench.settings }), general: { masterKey } } as unknown as SettingsService;
  const forget = (topic: string, id: string): unknown => topic === keyTopic && bench.forgotten.push(id);
  const auth = { forget } as unknown as AuthService;
  const scopes = new AccessScopes(database);
  const audit = new AuditLog(clock, Buffer.alloc(32));
  const feed = new ChangeFeedRepository(database);
  const writes = new KeyWrites(new ManagementWrites(database, feed, audit, auth), scopes);
  const grants = new KeyGrants(owners, catalog);
  const rules = new KeyRules(settings, clock);
  const changer = new KeyChanger(writes, owners, grants, rules, keys);
  return {
    limits,
    changer,
    issuer: new KeyIssuer(writes, owners, grants, rules, keys),
    renewal: new KeyRenewal(writes, changer, rules, keys),
    remover: new KeyRemover(writes, owners, rules, keys),
    lister: new KeyLister(database, scopes, owners, keys, rules),
    reader: new KeyReader(database, scopes, owners, keys, rules),
  };
}
