/** A gateway on the database under test, and callers of every kind at its management API. */
import { keyHash } from '../../../src/auth/key-hash.js';
import type { DatabaseClient } from '../../../src/database/database-client.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { masterKey, TestGateway, type GatewayOptions } from '../../e2e/support/gateway.js';
import type { Answer } from '../../e2e/support/http-client.js';

export interface Called extends Answer {
  /** The parsed body. */
  readonly body: Record<string, unknown>;
}

export class IdentityGateway {
  private constructor(readonly gateway: TestGateway) {}

  static async start(databaseUrl: string, options: Partial<GatewayOptions> = {}): Promise<IdentityGateway> {
    const { general, ...rest } = options;
    const gateway = await TestGateway.start({
      models: [],
      ...rest,
      general: { ...general, database_url: databaseUrl },
    });
    return new IdentityGateway(gateway);
  }

  stop(): Promise<void> {
    return this.gateway.stop();
  }

  run<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.gateway.app.get(DatabaseService).run(work);
  }

  async get(path: string, key = masterKey): Promise<Called> {
    const answer = await this.gateway.send({ method: 'GET', path, headers: { authorization: `Bearer ${key}` } });
    return { ...answer, body: answer.json as Called['body'] };
  }

  async post(path: string, body: object, key = masterKey): Promise<Called> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const answer = await this.gateway.send({ method: 'POST', path, headers, body: JSON.stringify(body) });
    return { ...answer, body: answer.json as Called['body'] };
  }

  /** The answer of a call that must succeed. */
  async done(path: string, body: object, key = masterKey): Promise<Called['body']> {
    const answer = await this.post(path, body, key);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  async organization(id: string, fields: { models?: readonly string[] } = {}): Promise<void> {
    const by = { createdBy: 'test', updatedBy: 'test' };
    await this.run((client) =>
      client.organization.create({ data: { id, alias: id, models: [...(fields.models ?? [])], metadata: {}, ...by } }),
    );
  }

  async team(id: string, organizationId: string | null = null): Promise<void> {
    const by = { createdBy: 'test', updatedBy: 'test' };
    await this.run((client) => client.team.create({ data: { id, organizationId, models: [], metadata: {}, ...by } }));
  }

  /** The key of a new user. */
  async user(id: string, fields: object = {}): Promise<string> {
    const { key } = await this.done('/user/new', { user_id: id, ...fields });
    return String(key);
  }

  /** The key of a user who administers an organization. */
  async orgAdmin(id: string, organizationId: string, models: readonly string[] = []): Promise<string> {
    const key = await this.user(id, { organizations: [organizationId], models });
    await this.run((client) =>
      client.organizationMember.update({
        where: { organizationId_userId: { organizationId, userId: id } },
        data: { role: 'org_admin' },
      }),
    );
    return key;
  }

  /** The key of a user who administers a team. */
  async teamAdmin(id: string, teamId: string): Promise<string> {
    return this.user(id, { teams: [{ team_id: teamId, user_role: 'admin' }] });
  }

  /** What the audit log says was done, the oldest first. */
  async audited(objectId: string): Promise<readonly string[]> {
    const rows = await this.run((client) =>
      client.auditEntry.findMany({ where: { objectId }, orderBy: { sequence: 'asc' } }),
    );
    return rows.map(({ action }) => action);
  }

  async feed(topic: string, key: string): Promise<number> {
    return this.run((client) => client.changeFeed.count({ where: { topic, key } }));
  }

  tokenOf(key: string): string {
    return keyHash(key);
  }
}
