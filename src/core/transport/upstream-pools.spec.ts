import { Pool } from 'undici';
import { InMemoryClientCache } from '../client-cache/in-memory-client-cache.js';
import type { ClientCache } from '../spec/client-cache.js';
import { Egress } from './egress.js';
import { agentFor, dispatcherFor, upstreamProfile, type UpstreamProfileOptions } from './upstream-pools.js';

const egress = new Egress();
const profileOf = (options: Partial<UpstreamProfileOptions> = {}) =>
  upstreamProfile({ egress, egressProfile: 'operator', ...options });

/** Remembers the keys it was asked for. */
function recordingCache(): ClientCache & { keys: string[] } {
  const cache = new InMemoryClientCache();
  const keys: string[] = [];
  return {
    keys,
    delete: (key) => cache.delete(key),
    getOrCreate: (key, create, close) => {
      keys.push(key);
      return cache.getOrCreate(key, create, close);
    },
  };
}

describe('dispatcherFor', () => {
  it('hands out one pool per origin and profile', () => {
    const cache = new InMemoryClientCache();
    const pool = dispatcherFor(cache, 'https://a.example', profileOf());
    expect(pool).toBeInstanceOf(Pool);
    expect(dispatcherFor(cache, 'https://a.example', profileOf())).toBe(pool);
    const others = [
      dispatcherFor(cache, 'https://b.example', profileOf()),
      dispatcherFor(cache, 'http://a.example', profileOf()),
      dispatcherFor(cache, 'https://a.example:444', profileOf()),
      dispatcherFor(cache, 'https://a.example', profileOf({ egressProfile: 'restricted' })),
      dispatcherFor(cache, 'https://a.example', profileOf({ tls: { rejectUnauthorized: false } })),
      dispatcherFor(cache, 'https://a.example', profileOf({ proxy: { uri: 'http://127.0.0.1:3128' } })),
      dispatcherFor(cache, 'https://a.example', profileOf({ pool: { connections: 5 } })),
      dispatcherFor(
        cache,
        'https://a.example',
        profileOf({ egress: new Egress({ allowedHosts: ['a.example'], allowedCidrs: [] }) }),
      ),
      agentFor(cache, profileOf()),
    ];
    expect(new Set([pool, ...others]).size).toBe(others.length + 1);
  });

  it('shows no secret in its keys', () => {
    const cache = recordingCache();
    const tls = { cert: 'CERT', key: 'PRIVATE-KEY' };
    const proxy = { uri: 'http://user:hunter2@proxy.example:3128' };
    dispatcherFor(cache, 'https://a.example', profileOf({ tls, proxy }));
    agentFor(cache, profileOf({ tls, proxy }));
    expect(cache.keys.join()).not.toMatch(/PRIVATE-KEY|hunter2/);
  });

  it.each(['http://127.0.0.1:8080', 'http://0x7f.1', 'http://[::1]', 'ftp://a.example', 'nonsense'])(
    'refuses the origin %s under the restricted profile, each time',
    (origin) => {
      const cache = new InMemoryClientCache();
      const ask = () => dispatcherFor(cache, origin, profileOf({ egressProfile: 'restricted' }));
      for (let i = 0; i < 2; i++) expect(ask).toThrow(expect.objectContaining({ code: 'upstream_address_refused' }));
      expect(cache.size).toBe(0);
    },
  );

  it('refuses a proxy at a metadata address', () => {
    expect(() => profileOf({ proxy: { uri: 'http://user:password@169.254.169.254:80' } })).toThrow(
      expect.objectContaining({ code: 'upstream_address_refused' }),
    );
  });
});

describe('agentFor', () => {
  it('refuses each origin that its profile does not allow', async () => {
    const agent = agentFor(new InMemoryClientCache(), profileOf({ egressProfile: 'restricted' }));
    const request = agent.request({ origin: 'http://169.254.169.254', path: '/', method: 'GET' });
    await expect(request).rejects.toMatchObject({ code: 'upstream_address_refused' });
  });
});
