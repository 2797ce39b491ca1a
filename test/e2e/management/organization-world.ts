/** Two organizations with their teams and people, made over HTTP, and a caller for each person. */
import type { Answer } from '../support/http-client.js';
import { masterKey, TestGateway } from '../support/gateway.js';

export interface Caller {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  delete(path: string, body?: unknown): Promise<Answer>;
}

/**
 * `org-1` has `team-1` (whose admin is `lead`, with the member `member`) and `team-2` (admin `lead-2`); its admin is `chief`.
 * `org-2` has `team-3` (admin `lead-3`); its admin is `chief-2`. `team-4` is in no organization, and its admin is `loner`. `nobody` is in none.
 */
export class OrganizationWorld {
  private constructor(
    readonly gateway: TestGateway,
    readonly master: Caller,
    private readonly keys: ReadonlyMap<string, string>,
  ) {}

  static async start(litellm: Readonly<Record<string, unknown>> = {}): Promise<OrganizationWorld> {
    const gateway = await TestGateway.start({ models: [], litellm });
    const master = callerOf(gateway, masterKey);
    for (const [organization_id, chief, models] of [
      ['org-1', 'chief', ['gpt-4o', 'claude']],
      ['org-2', 'chief-2', []],
    ] as const) {
      const limits = organization_id === 'org-1' ? { max_budget: 100, rpm_limit: 1_000 } : {};
      await done(
        master.post('/organization/new', { organization_id, organization_alias: organization_id, models, ...limits }),
      );
      const member = { user_id: chief, role: 'org_admin' };
      await done(master.post('/organization/member_add', { organization_id, member }));
    }
    const teams = [
      { team_id: 'team-1', organization_id: 'org-1', lead: 'lead', members: ['member'] },
      { team_id: 'team-2', organization_id: 'org-1', lead: 'lead-2', members: [] },
      { team_id: 'team-3', organization_id: 'org-2', lead: 'lead-3', members: [] },
      { team_id: 'team-4', organization_id: null, lead: 'loner', members: [] },
    ];
    for (const { lead, members, ...team } of teams) {
      const people = members.map((user_id) => ({ user_id, role: 'user' }));
      const members_with_roles = [{ user_id: lead, role: 'admin' }, ...people];
      await done(master.post('/team/new', { ...team, team_alias: `Alias of ${team.team_id}`, members_with_roles }));
    }
    const people = ['chief', 'chief-2', 'lead', 'lead-2', 'lead-3', 'loner', 'member', 'nobody'];
    const keys = await Promise.all(
      people.map(async (user_id) => [user_id, await gateway.makeKey({ user_id })] as const),
    );
    return new OrganizationWorld(gateway, master, new Map(keys));
  }

  as(person: string): Caller {
    const key = this.keys.get(person);
    if (key === undefined) throw new Error(`There is no ${person} in this world.`);
    return callerOf(this.gateway, key);
  }

  stop(): Promise<void> {
    return this.gateway.stop();
  }
}

/** Fails the test where a request that prepares it is refused. */
export async function done(sent: Promise<Answer>): Promise<Record<string, unknown>> {
  const answer = await sent;
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text}`);
  return answer.json as Record<string, unknown>;
}

export function callerOf(gateway: TestGateway, key: string): Caller {
  const call =
    (method: string) =>
    (path: string, body?: unknown): Promise<Answer> => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      // Node frames the body of a DELETE only by what it is told.
      const framing: Record<string, string> =
        text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...framing };
      return gateway.send({ method, path, headers, ...(text !== undefined && { body: text }) });
    };
  return { get: call('GET'), post: call('POST'), patch: call('PATCH'), put: call('PUT'), delete: call('DELETE') };
}
