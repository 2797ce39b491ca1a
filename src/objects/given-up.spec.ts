/** What a provider has made but no row tells of is taken back, so that nobody pays for what nobody can see. */
import { GatewayError } from '../core/errors/gateway-error.js';
import { providerRegistry } from '../core/providers/registry.js';
import type { OutboundRequest } from '../core/spec/index.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { BatchesService } from './batches/batches.service.js';
import { FilesService } from './files/files.service.js';

const provider = providerRegistry.find('openai') ?? undefined;
const deployment = madeUpDeployment({ id: 'd', ...(provider && { provider }) });
const snapshot = {
  ofTeam: (): unknown => snapshot,
  find: () => ({ accessGroups: [], deployments: [deployment] }),
  findDeployment: () => deployment,
  models: () => [],
};
const catalog = {
  current: () => snapshot,
};
const owner = { keyHash: 'a', seesAll: false, tags: [] };
const access = { unrestricted: true, denial: () => null };
const away = new GatewayError('database_unavailable');

/** Answers as the provider would, and remembers what it was asked. */
function providerThatSays(object: object, failsAfter = Infinity) {
  const asked: string[] = [];
  const ask = (_deployment: unknown, { method, path }: OutboundRequest, read: (response: unknown) => unknown) => {
    asked.push(`${method} ${path}`);
    if (asked.length > failsAfter) return Promise.reject(new GatewayError('upstream_unreachable'));
    return Promise.resolve(read({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(object)) }));
  };
  return { asked, calls: { ask } };
}

const upload = {
  purpose: 'user_data',
  name: 'a',
  contentType: 'text/plain',

  read: async function* () {},
  fields: [],
  place: { models: ['mini'], provider: undefined },
};

it.each([Infinity, 1])(
  'a file is deleted where its row cannot be written, and the client hears why (%p)',
  async (failsAfter) => {
    const { asked, calls } = providerThatSays({ id: 'file-p' }, failsAfter);
    const files = { add: () => Promise.reject(away) };
    const service = new FilesService(
      files as never,
      calls as never,
      catalog as never,
      providerRegistry,
      new FakeClock(),
    );
    await expect(service.upload(upload, owner, access, 1_000)).rejects.toBe(away);
    expect(asked).toEqual(['POST /v1/files', 'DELETE /v1/files/file-p']);
  },
);

it.each([Infinity, 1])(
  'a batch is cancelled where its row cannot be written, and the client hears why (%p)',
  async (failsAfter) => {
    const { asked, calls } = providerThatSays({ id: 'batch_p', status: 'validating' }, failsAfter);
    const input = { id: 'file-1', purpose: 'batch', provider: 'openai', providerFileId: 'file-p', models: [] };
    const service = new BatchesService(
      { add: () => Promise.reject(away) } as never,
      { get: () => Promise.resolve(input) } as never,
      calls as never,
      catalog as never,
      new FakeClock(),
    );
    const order = {
      inputFileId: 'file-1',
      endpoint: '/v1/x',
      completionWindow: '24h',
      members: {},
      provider: undefined,
    };
    await expect(service.create(order, owner, access)).rejects.toBe(away);
    expect(asked).toEqual(['POST /v1/batches', 'POST /v1/batches/batch_p/cancel']);
  },
);
