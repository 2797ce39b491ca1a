/** No trick reaches a listener on loopback through a restricted pool, with or without a proxy. */
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { connect, isIP, type AddressInfo, type Socket } from 'node:net';
import { fetch, Pool } from 'undici';
import { InMemoryClientCache } from '../../../src/core/client-cache/in-memory-client-cache.js';
import type { EgressProfile } from '../../../src/core/spec/deployment.js';
import { Egress, type EgressPolicy } from '../../../src/core/transport/egress.js';
import { agentFor, dispatcherFor, upstreamProfile } from '../../../src/core/transport/upstream-pools.js';

const addressesOf = (...texts: string[]): LookupAddress[] =>
  texts.map((address) => ({ address, family: isIP(address) }));
const refusal = { code: 'upstream_address_refused' };

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

describe('egress', () => {
  let canary: Server;
  let port: number;
  let connections = 0;
  const cache = new InMemoryClientCache();

  beforeAll(async () => {
    canary = createServer((_request, response) => response.end('reached'));
    canary.on('connection', () => (connections += 1));
    port = await listen(canary);
  });

  beforeEach(() => (connections = 0));

  afterAll(async () => {
    await cache.close();
    canary.closeAllConnections();
    canary.close();
  });

  /** One request through a pool whose resolver gives these answers in turn. */
  async function get(host: string, answers: LookupAddress[][], egressProfile: EgressProfile, policy?: EgressPolicy) {
    const egress = new Egress(policy, async () => answers.shift() ?? []);
    // The cache is emptied between requests, as if the pool were new.
    const profile = upstreamProfile({ egress, egressProfile, pool: { connectTimeoutMs: 1_000 } });
    const origin = `http://${host}:${port}`;
    cache.delete(`pool ${profile.id} ${origin}`);
    const dispatcher = dispatcherFor(cache, origin, profile);
    const { body } = await dispatcher.request({ path: '/', method: 'GET', reset: true });
    return body.text();
  }

  it('lets the operator reach loopback, which shows that the canary would sing', async () => {
    expect(await get('127.0.0.1', [], 'operator')).toBe('reached');
    expect(await get('local.example', [addressesOf('127.0.0.1')], 'operator')).toBe('reached');
    expect(connections).toBe(2);
  });

  it('lets a listed host and a listed range through under the restricted profile', async () => {
    const loopback = () => [addressesOf('127.0.0.1')];
    const byHost = { allowedHosts: ['local.example'], allowedCidrs: [] };
    const byRange = { allowedHosts: [], allowedCidrs: ['127.0.0.0/8'] };
    expect(await get('local.example', loopback(), 'restricted', byHost)).toBe('reached');
    expect(await get('local.example', loopback(), 'restricted', byRange)).toBe('reached');
    expect(await get('127.0.0.1', [], 'restricted', byRange)).toBe('reached');
  });

  it.each(['127.0.0.1', '127.1', '0x7f000001', '0.0.0.0', '0', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]'])(
    'keeps the literal address %s from the canary',
    async (host) => {
      await expect(get(host, [], 'restricted')).rejects.toMatchObject(refusal);
      expect(connections).toBe(0);
    },
  );

  it('keeps a literal address from the canary at the connection too, where no URL was checked before', async () => {
    const connector = new Egress().connector('restricted');
    const pool = new Pool(`http://127.0.0.1:${port}`, { connect: connector });
    await expect(pool.request({ path: '/', method: 'GET' })).rejects.toMatchObject(refusal);
    expect(connections).toBe(0);
    await pool.close();
  });

  it.each([
    ['that resolves to loopback', [addressesOf('127.0.0.1')]],
    ['that resolves to a public and a loopback address', [addressesOf('93.184.216.34', '127.0.0.1')]],
    ['that resolves to a mapped loopback address', [addressesOf('::ffff:127.0.0.1')]],
  ])('keeps a host %s from the canary', async (_case, answers) => {
    await expect(get('evil.example', answers, 'restricted')).rejects.toMatchObject(refusal);
    expect(connections).toBe(0);
  });

  it('keeps a host that is public at first and loopback afterwards from the canary', async () => {
    const answers = [addressesOf('93.184.216.34'), addressesOf('127.0.0.1'), addressesOf('127.0.0.1')];
    const egress = new Egress(undefined, async () => answers.shift() ?? []);
    const profile = upstreamProfile({ egress, egressProfile: 'restricted' });
    await egress.resolveChecked('rebinding.example', 'restricted');
    const dispatcher = dispatcherFor(cache, `http://rebinding.example:${port}`, profile);
    for (let i = 0; i < 2; i++) {
      await expect(dispatcher.request({ path: '/', method: 'GET' })).rejects.toMatchObject(refusal);
    }
    expect(answers).toHaveLength(0);
    expect(connections).toBe(0);
  });

  it('connects to the very address that was checked, whatever the name resolves to by then', async () => {
    // The system knows no such name, so a second look-up would fail.
    expect(await get('pinned.invalid', [addressesOf('127.0.0.1')], 'operator')).toBe('reached');
  });

  it('follows no redirect from a pool, and checks each origin that fetch is redirected to', async () => {
    const redirecting = createServer((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.2:${port}/` }).end(),
    );
    const redirectPort = await listen(redirecting);
    try {
      const policy = { allowedHosts: [], allowedCidrs: ['127.0.0.1'] };
      const profile = upstreamProfile({ egress: new Egress(policy), egressProfile: 'restricted' });
      const origin = `http://127.0.0.1:${redirectPort}`;
      const { statusCode, body } = await dispatcherFor(cache, origin, profile).request({ path: '/', method: 'GET' });
      await body.dump();
      expect(statusCode).toBe(307);
      await expect(fetch(origin, { dispatcher: agentFor(cache, profile) })).rejects.toMatchObject({
        cause: expect.objectContaining(refusal),
      });
      expect(connections).toBe(0);
    } finally {
      redirecting.closeAllConnections();
      redirecting.close();
    }
  });

  describe('through a proxy', () => {
    let proxy: Server;
    let proxyPort: number;
    const tunnels: string[] = [];
    const forwarded: string[] = [];
    const sockets: Socket[] = [];

    beforeAll(async () => {
      proxy = createServer((request, response) => {
        forwarded.push(request.url ?? '');
        response.end('forwarded');
      });
      proxy.on('connect', (request, client: Socket) => {
        tunnels.push(request.url ?? '');
        const target = connect(port, '127.0.0.1', () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n');
          target.pipe(client).pipe(target);
        });
        sockets.push(client, target);
        for (const socket of [client, target]) socket.on('error', () => socket.destroy());
      });
      proxyPort = await listen(proxy);
    });

    beforeEach(() => {
      tunnels.length = 0;
      forwarded.length = 0;
    });

    afterAll(() => {
      for (const socket of sockets) socket.destroy();
      proxy.closeAllConnections();
      proxy.close();
    });

    async function getThrough(host: string, addresses: LookupAddress[], egressProfile: EgressProfile) {
      const egress = new Egress(undefined, async () => addresses);
      const proxyOptions = { uri: `http://user:password@127.0.0.1:${proxyPort}` };
      const profile = upstreamProfile({ egress, egressProfile, proxy: proxyOptions });
      cache.delete(`pool ${profile.id} http://${host}:8000`);
      const dispatcher = dispatcherFor(cache, `http://${host}:8000`, profile);
      const { body } = await dispatcher.request({ path: '/v1', method: 'GET', reset: true });
      return body.text();
    }

    it("sends the operator's requests by name", async () => {
      expect(await getThrough('api.example', [], 'operator')).toBe('forwarded');
      expect(forwarded).toEqual(['http://api.example:8000/v1']);
    });

    it('opens restricted tunnels to a checked address and not to a name', async () => {
      expect(await getThrough('api.example', addressesOf('93.184.216.34'), 'restricted')).toBe('reached');
      expect(await getThrough('api6.example', addressesOf('2606:4700::1111'), 'restricted')).toBe('reached');
      expect(tunnels).toEqual(['93.184.216.34:8000', '[2606:4700::1111]:8000']);
      expect(forwarded).toEqual([]);
    });

    it('opens no tunnel to a host that resolves to a private address', async () => {
      await expect(getThrough('evil.example', addressesOf('10.0.0.1'), 'restricted')).rejects.toMatchObject(refusal);
      await expect(getThrough('127.0.0.1', [], 'restricted')).rejects.toMatchObject(refusal);
      expect([...tunnels, ...forwarded]).toEqual([]);
    });
  });
});
