/** Responses in the database: whose they are, conversations in their order, how long they stay, and what is too large. */
import { Logger } from '@nestjs/common';
import type { SettingsService } from '../../../src/config/settings.service.js';
import type { ResponseObject } from '../../../src/core/schema/openai/responses.js';
import { systemRuntime } from '../../../src/database/database-options.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { pageOf, toStoredItems } from '../../../src/objects/responses/input-items.js';
import { ResponseRetentionService } from '../../../src/objects/responses/response-retention.service.js';
import { StoredResponseRepository } from '../../../src/objects/responses/stored-response.repository.js';
import type { Conversation, StoredResponseWithContent } from '../../../src/objects/responses/stored-response.js';
import { StoredResponsesService } from '../../../src/objects/responses/stored-responses.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const dayMs = 86_400_000;
const word = { status: 'completed', unsettled: false };
const ada = { keyHash: 'a'.repeat(64), readsAll: false };
const ben = { keyHash: 'b'.repeat(64), readsAll: false };
const admin = { keyHash: 'c'.repeat(64), readsAll: true };

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('stored responses', (database) => {
  let service: DatabaseService;
  let repository: StoredResponseRepository;
  let stored: StoredResponsesService;
  let sweeper: ResponseRetentionService;
  let nowMs = Date.UTC(2030, 0, 1);
  let retentionDays = 30;
  let made = 0;

  const settings = {
    get general() {
      return { storedResponsesRetentionMs: retentionDays * dayMs };
    },
  } as SettingsService;
  const runtime = { ...systemRuntime, clock: { now: () => nowMs, monotonic: () => nowMs } };

  beforeAll(async () => {
    service = await openDatabase(database.url);
    repository = new StoredResponseRepository(service);
    stored = new StoredResponsesService(repository, settings, runtime);
    sweeper = new ResponseRetentionService(repository, runtime);
  });
  beforeEach(() => {
    retentionDays = 30;
  });
  afterAll(() => service.onApplicationShutdown());

  const newId = (): string => `resp_019a0000-0000-7000-8000-${String((made += 1)).padStart(12, '0')}`;

  const responseOf = (id: string, text: string): ResponseObject => ({
    id,
    object: 'response',
    created_at: 1,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'm',
    output: [
      {
        type: 'message',
        id: `msg_${id.slice(5)}_0`,
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
      },
    ],
    usage: null,
    store: true,
  });

  /** One turn of a conversation, as the gateway keeps it. */
  async function keep(text: string, after?: string, reader = ada): Promise<string> {
    const id = newId();
    const previous = after === undefined ? undefined : await conversationOf(after, reader);
    const isKept = await stored.keep(
      { id, ownerHash: reader.keyHash, modelGroup: 'claude', deploymentId: 'd1' },
      { input: toStoredItems(text, id), response: responseOf(id, `${text}!`), previous },
    );
    expect(isKept).toBe(true);
    return id;
  }

  async function conversationOf(id: string, reader = ada): Promise<Conversation> {
    return stored.conversationUpTo(await stored.getPrevious(id, reader));
  }

  const textsOf = (items: Conversation['items']): string[] =>
    items.map(({ content }) => (content as { text: string }[])[0]?.text ?? '');

  const rowOf = (id: string) => service.run((client) => client.storedResponse.findFirst({ where: { id } }));
  const isThere = async (id: string): Promise<boolean> => (await rowOf(id)) !== null;

  it('come back as they were, whatever characters are in them', async () => {
    const text = 'nul \u0000, half \ud800, ü, "quoted", \u2028';
    const id = await keep(text);
    const found = await stored.get(id, ada);
    expect(found).toMatchObject({ id, ownerHash: ada.keyHash, keeper: 'gateway', status: 'completed', chain: [] });
    expect(textsOf(found.content?.input ?? [])).toEqual([text]);
    expect(found.content?.response).toEqual(responseOf(id, `${text}!`));
  });

  it('belong to the key that made them', async () => {
    const id = await keep('One');
    await expect(stored.get(id, ben)).rejects.toMatchObject({ code: 'response_not_found', status: 404 });
    await expect(stored.getPrevious(id, ben)).rejects.toMatchObject({ code: 'previous_response_not_found' });
    expect((await stored.findItems([`msg_${id.slice(5)}_0`], ben)).size).toBe(0);
    expect((await stored.findItems([`msg_${id.slice(5)}_0`], ada)).size).toBe(1);
    expect((await stored.get(id, admin)).ownerHash).toBe(ada.keyHash);
  });

  it.each(['', 'a\u0000b', 'half \ud800', 'x'.repeat(300), "' OR 1=1"])('are not found by %j', async (id) => {
    await expect(stored.get(id, admin)).rejects.toMatchObject({ code: 'response_not_found' });
    await expect(stored.getPrevious(id, admin)).rejects.toMatchObject({ code: 'previous_response_not_found' });
  });

  it('of two accounts with one id stand beside each other', async () => {
    const of = (ownerHash: string, deploymentId: string) =>
      stored.keepOwner({ id: 'resp_same', ownerHash, modelGroup: 'gpt', deploymentId }, word);
    expect([await of(ada.keyHash, 'd1'), await of(ben.keyHash, 'd2')]).toEqual([true, true]);
    expect((await stored.get('resp_same', ada)).deploymentId).toBe('d1');
    const bens = await stored.get('resp_same', ben);
    expect(bens).toMatchObject({ deploymentId: 'd2', keeper: 'provider', content: null });
    await stored.delete(bens);
    await expect(stored.get('resp_same', ben)).rejects.toMatchObject({ code: 'response_not_found' });
    expect((await stored.get('resp_same', ada)).deploymentId).toBe('d1');
  });

  it('that are made in the background are settled by one caller', async () => {
    const known = { id: 'resp_background', ownerHash: ada.keyHash, modelGroup: 'gpt', deploymentId: 'd1' };
    await stored.keepOwner(known, { status: 'queued', unsettled: true });
    const found = await stored.get(known.id, ada);
    expect([found.unsettled, found.status]).toEqual([true, 'queued']);
    const claims = await Promise.all([1, 2, 3].map(() => stored.claimSettlement(found)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await stored.leaveUnsettled(found);
    expect(await stored.claimSettlement(found)).toBe(true);
  });

  it('make a conversation in the order in which it was held, along its own branch', async () => {
    const one = await keep('One');
    const two = await keep('Two', one);
    await keep('Other', one);
    const three = await keep('Three', two);
    const { items, turns, bytes } = await conversationOf(three);
    expect(turns).toEqual([one, two, three]);
    expect(textsOf(items)).toEqual(['One', 'One!', 'Two', 'Two!', 'Three', 'Three!']);
    expect(bytes).toBeGreaterThan((await conversationOf(two)).bytes);
  });

  it('make one of more turns than fit into one statement', async () => {
    const first = await keep('0');
    const chain = [first];
    const content = (text: string, id: string) =>
      JSON.stringify({ input: toStoredItems(text, id), response: responseOf(id, `${text}!`) });
    for (let turn = 1; turn < 620; turn += 1) {
      const id = newId();
      const { content: _content, ...row } = await stored.get(first, ada);
      await repository.save({ ...row, id, chain: chain.slice(-1) }, content(String(turn), id));
      chain.push(id);
    }
    const last = newId();
    const { content: _content, ...row } = await stored.get(first, ada);
    await repository.save({ ...row, id: last, chain }, content('620', last));
    const { items } = await conversationOf(last);
    expect(textsOf(items).filter((text) => !text.endsWith('!'))).toEqual(
      Array.from({ length: 621 }, (_, turn) => String(turn)),
    );
  }, 60_000);

  it('list what they were asked with, page by page', async () => {
    const one = await keep('One');
    const two = await keep('Two', one);
    const items = await stored.inputOf(await stored.get(two, ada));
    const first = pageOf(items, { limit: '2' });
    expect([textsOf(first.data), first.has_more]).toEqual([['Two', 'One!'], true]);
    const second = pageOf(items, { limit: '2', after: first.last_id ?? '' });
    expect([textsOf(second.data), second.has_more]).toEqual([['One'], false]);
  });

  it('are not gone on from where a turn before was deleted, and say which', async () => {
    const one = await keep('One');
    const two = await keep('Two', one);
    await stored.delete(await stored.get(one, ada));
    await expect(conversationOf(two)).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'previous_response_id',
      message: expect.stringContaining(one) as string,
    });
    expect((await stored.get(two, ada)).content?.response.id).toBe(two);
  });

  it('are found no more once their time is over, and deleted in batches', async () => {
    const old = await keep('Old');
    const { content: _content, ...row } = await stored.get(old, ada);
    for (let count = 0; count < 1_100; count += 1)
      await repository.save({ ...row, id: newId(), expiresAt: new Date(nowMs + count) }, null);
    nowMs += 29 * dayMs;
    const young = await keep('Young');
    nowMs += 1.5 * dayMs;
    await expect(stored.get(old, ada)).rejects.toMatchObject({ code: 'response_not_found' });
    expect(await isThere(old)).toBe(true);
    await sweeper.sweep();
    expect([await isThere(old), await isThere(young)]).toEqual([false, true]);
    const expired = { where: { expiresAt: { lte: new Date(nowMs) } } };
    expect(await service.run((client) => client.storedResponse.count(expired))).toBe(0);
  }, 60_000);

  it('stay as long as the conversation that they belong to', async () => {
    const one = await keep('One');
    nowMs += 20 * dayMs;
    const two = await keep('Two', one);
    nowMs += 20 * dayMs;
    expect(textsOf((await conversationOf(two)).items)).toEqual(['One', 'One!', 'Two', 'Two!']);
    nowMs += 11 * dayMs;
    await expect(conversationOf(two)).rejects.toMatchObject({ code: 'previous_response_not_found' });
  });

  it('are not kept where the operator keeps none; whose a provider’s is stays known', async () => {
    retentionDays = 0;
    const id = newId();
    const known = { id, ownerHash: ada.keyHash, modelGroup: 'm', deploymentId: 'd' };
    const turn = { input: toStoredItems('x', id), response: responseOf(id, 'y'), previous: undefined };
    expect([await stored.keep(known, turn), await isThere(id)]).toEqual([false, false]);
    expect(await stored.keepOwner(known, word)).toBe(true);
    expect((await stored.get(id, ada)).keeper).toBe('provider');
  });

  it('that are too large are not kept, and say so on use', async () => {
    const id = newId();
    const known = { id, ownerHash: ada.keyHash, modelGroup: 'm', deploymentId: 'd' };
    const input = toStoredItems('x'.repeat(17 * 1024 * 1024), id);
    expect(await stored.keep(known, { input, response: responseOf(id, 'y'), previous: undefined })).toBe(false);
    expect(await rowOf(id)).toMatchObject({ content: null, chain: [] });
    const message = expect.stringContaining('larger than 16 MiB') as string;
    await expect(stored.get(id, ada)).rejects.toMatchObject({ status: 404, message });
    await expect(stored.getPrevious(id, ada)).rejects.toMatchObject({ status: 400, message });
    await expect(stored.get(id, ben)).rejects.toMatchObject({ code: 'response_not_found' });
  });

  it('count with all that was said before', async () => {
    const one = await keep('One');
    const previous: Conversation = { ...(await conversationOf(one)), bytes: 16 * 1024 * 1024 };
    const id = newId();
    const known = { id, ownerHash: ada.keyHash, modelGroup: 'm', deploymentId: 'd' };
    expect(await stored.keep(known, { input: toStoredItems('x', id), response: responseOf(id, 'y'), previous })).toBe(
      false,
    );
    const { status } = (await repository.find(id, ada, new Date(nowMs))) as StoredResponseWithContent;
    expect(status).toBe('too_large');
  });
});
