/** Calls of the management API as one caller, and callers of every role, made past the API where it has no routes for them yet. */
import { DatabaseService } from '../../../src/database/database.service.js';
import type { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

export function callerOf(gateway: TestGateway, key?: string): Call {
  return (method, path, body) =>
    gateway.send({
      method,
      path,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

/** A user with a key, who is a member of a team that is made with them. */
export async function addMember(
  gateway: TestGateway,
  { teamId, userId, role }: { teamId: string; userId: string; role: 'admin' | 'user' },
): Promise<Call> {
  const by = { createdBy: 'test', updatedBy: 'test' };
  await gateway.app.get(DatabaseService).run(async (client) => {
    await client.team.upsert({
      where: { id: teamId },
      create: { id: teamId, models: [], metadata: {}, ...by },
      update: {},
    });
    await client.user.create({ data: { id: userId, role: 'internal_user', models: [], metadata: {}, ...by } });
    await client.teamMember.create({ data: { teamId, userId, role } });
  });
  return callerOf(gateway, await gateway.makeKey({ user_id: userId, team_id: teamId }));
}
