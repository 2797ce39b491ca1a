import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientCacheService } from '../../../src/clients/client-cache.service.js';
import { EgressProfiles } from '../../../src/clients/egress-profiles.service.js';
import { OutboundHttp } from '../../../src/clients/outbound-http.service.js';
import { UpstreamConnections } from '../../../src/clients/upstream-connections.service.js';
import type { SettingsService } from '../../../src/config/settings.service.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { guardrailAdapters } from '../../../src/guardrails/adapters/guardrail-adapters.js';
import {
  contentOf,
  contextOfTest,
  surroundingsOfTest,
} from '../../../src/guardrails/adapters/testing/adapter-bench.js';
import type { Guardrail } from '../../../src/guardrails/guardrail.js';
import { vendors } from './vendor-answers.js';

let server: Server;
let base: string;
let clients: ClientCacheService;
let http: OutboundHttp;
let respond: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => request.resume().on('end', () => respond(response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clients = new ClientCacheService({});
  const general = { egress: { allowedHosts: [], allowedCidrs: [] } };
  const settings = { general, onChange: () => () => undefined } as unknown as SettingsService;
  http = new OutboundHttp(new UpstreamConnections(clients, new EgressProfiles(settings), systemClock));
});
afterAll(async () => {
  await clients.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const json = (value: unknown) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

function guardrailOf(id: string, egress: 'operator' | 'restricted' = 'operator'): Guardrail {
  const type = guardrailAdapters.find((each) => each.id === id);
  if (!type) throw new Error(id);
  return type.create(type.parameters.parse(vendors[id]?.parameters(base)), surroundingsOfTest({ http, egress }));
}

const content = contentOf(['to a@b.de']);
const unavailable = { code: 'guardrail_unavailable' };

it('each adapter has a vendor here', () => {
  const ids = guardrailAdapters.map(({ id }) => id).filter((id) => id !== 'llm_as_a_judge');
  expect(Object.keys(vendors).sort()).toEqual(ids.sort());
});

describe.each(Object.entries(vendors))('%s over HTTP', (id, vendor) => {
  it('passes, blocks and masks as its service says', async () => {
    const guardrail = guardrailOf(id);
    respond = json(vendor.ok);
    expect(await guardrail.check(content, contextOfTest)).toEqual({ action: 'pass' });
    respond = json(vendor.block);
    expect(await guardrail.check(content, contextOfTest)).toMatchObject({
      action: 'block',
      findings: expect.arrayContaining([expect.anything()]),
    });
    if (!vendor.mask) return;
    respond = json(vendor.mask.answer);
    expect(await guardrail.check(content, contextOfTest)).toMatchObject({ action: 'mask', texts: [vendor.mask.text] });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => void response.writeHead(500).end('oops')],
    ['answers with garbage', (response) => void response.writeHead(200).end('\u0000{"flagged":')],
    ['answers with more than anybody reads', (response) => void response.writeHead(200).end('x'.repeat(2_000_000))],
    ['breaks off', (response) => void response.destroy()],
  ])('is unavailable where its service %s', async (_what, how) => {
    respond = how;
    await expect(guardrailOf(id).check(content, contextOfTest)).rejects.toMatchObject(unavailable);
  });

  it('waits for a slow service, and no longer than anybody waits for its verdict', async () => {
    respond = (response) => void setTimeout(() => json(vendor.ok)(response), 50);
    expect(await guardrailOf(id).check(content, contextOfTest)).toEqual({ action: 'pass' });
    let closed: Promise<unknown> = Promise.resolve();
    respond = (response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
    };
    const signal = AbortSignal.timeout(20);
    await expect(guardrailOf(id).check(content, { ...contextOfTest, signal })).rejects.toMatchObject(unavailable);
    await closed;
  });

  it('does not reach a private address that a database row names', async () => {
    let asked = false;
    respond = (response) => {
      asked = true;
      json(vendor.ok)(response);
    };
    await expect(guardrailOf(id, 'restricted').check(content, contextOfTest)).rejects.toMatchObject(unavailable);
    expect(asked).toBe(false);
  });
});
