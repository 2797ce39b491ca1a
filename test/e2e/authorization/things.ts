/** What the people of the world have: sums and rows of their spending, invitations, kept responses; and what is the proxy's: budgets, tags, models. */
import { keyHash } from '../../../src/auth/key-hash.js';
import type { ConfigModel, Credential, DatabaseClient } from '../../../src/database/database-client.js';

const by = { createdBy: 'test', updatedBy: 'test' };

/** Rows with secrets in them, which the gateway itself has sealed. */
export interface Sealed {
  readonly models: readonly ConfigModel[];
  readonly credentials: readonly Credential[];
}

/** Somebody of whom things are told. */
export interface Person {
  readonly userId: string;
  readonly keyHash: string;
  readonly teamId: string | null;
  readonly organizationId: string | null;
}

/** The days that reports are asked about. */
export const days = 'start_date=2030-01-01&end_date=2030-01-31';
const startedAt = new Date('2030-01-02T03:04:05Z');
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

/** Those of one person each. */
export async function buildPersonalThings(client: DatabaseClient, people: readonly Person[]): Promise<void> {
  await client.spendLog.deleteMany();
  await client.spendLog.createMany({ data: people.map(spendRow) });
  await client.dailySpend.deleteMany();
  await client.dailySpend.createMany({ data: people.map(daySum) });
  await client.invitation.deleteMany();
  await client.invitation.createMany({
    data: people.map(({ userId }) => ({ id: `invitation-of-${userId}`, userId, tokenHash: keyHash(`invite ${userId}`), expiresAt: inAnHour(), ...by })), // prettier-ignore
  });
}

/** @param keys by the end of the response's id */
export async function buildResponses(client: DatabaseClient, keys: ReadonlyMap<string, string>): Promise<void> {
  const response = { object: 'response', status: 'completed', output: [] };
  const kept = { modelGroup: 'echo', deploymentId: 'echo', keeper: 'gateway', status: 'completed', chain: [] };
  await client.storedResponse.deleteMany();
  await client.storedResponse.createMany({
    data: [...keys].map(([name, apiKeyHash]) => {
      const content = JSON.stringify({ input: [], response: { id: `resp_of_${name}`, ...response } });
      return { ...kept, id: `resp_of_${name}`, apiKeyHash, content, conversationBytes: 0, createdAt: startedAt, expiresAt: inAnHour() }; // prettier-ignore
    }),
  });
}

/** Those of nobody in particular. */
export async function buildSharedThings(client: DatabaseClient, sealed: Sealed): Promise<void> {
  await client.customer.deleteMany();
  await client.customer.create({ data: { id: 'a-customer', metadata: {}, ...by } });
  await client.budget.deleteMany();
  await client.budget.create({ data: { id: 'a-budget', limits: {}, ...by } });
  await client.tag.deleteMany();
  await client.tag.create({ data: { name: 'a-tag', models: [], ...by } });
  await client.accessGroup.deleteMany();
  await client.accessGroup.create({ data: { id: 'a-access_group', name: 'a-access_group', models: [], ...by } });
  await client.configModel.deleteMany();
  await client.configModel.createMany({ data: sealed.models.map((row) => ({ ...row, litellmParams: {}, modelInfo: row.modelInfo ?? {} })) }); // prettier-ignore
  await client.credential.deleteMany();
  await client.credential.createMany({ data: sealed.credentials.map((row) => ({ ...row, info: row.info ?? {} })) });
  await client.guardrail.deleteMany();
  await client.guardrail.create({ data: { id: 'a-guardrail', name: 'a-guardrail', params: { guardrail: 'nothing', mode: 'pre_call' }, info: {}, ...by } }); // prettier-ignore
  await client.configSetting.deleteMany();
  await client.ownerLimits.deleteMany();
  await client.replacedKey.deleteMany();
  await client.deletedObject.deleteMany();
}

function spendRow({ userId, keyHash: apiKeyHash, teamId, organizationId }: Person) {
  const detail = { endedAtMs: startedAt.getTime() + 1, promptTokens: 1, completionTokens: 1, stream: false, attempts: [], sessionId: `session-of-${userId}` }; // prettier-ignore
  return {
    requestId: `spend_row-of-${userId}`,
    startedAt,
    apiKeyHash,
    modelGroup: 'echo',
    model: 'gpt-e2e',
    modelId: 'echo',
    userId,
    teamId,
    status: 'success',
    spendNanos: 1_000n,
    totalTokens: 2,
    detail: { ...detail, ...(organizationId !== null && { organizationId }) },
  };
}

function daySum({ userId, keyHash: apiKeyHash, teamId, organizationId }: Person) {
  const none = { projectId: '', failedRequests: 0, cacheReadTokens: 0n, cacheWriteTokens: 0n };
  return {
    ...none,
    ...{ id: `sum of ${userId}`, date: '2030-01-02', kind: 'all', entity: '' },
    ...{ apiKeyHash, userId, teamId: teamId ?? '', organizationId: organizationId ?? '' },
    ...{ modelGroup: 'echo', model: 'gpt-e2e', provider: 'openai', requests: 1 },
    ...{ promptTokens: 1n, completionTokens: 1n, spendNanos: 1_000n },
  };
}
