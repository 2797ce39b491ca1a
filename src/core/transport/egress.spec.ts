import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { GatewayError } from '../errors/gateway-error.js';
import type { EgressProfile } from '../spec/deployment.js';
import { acceptedUrls, refusedResolutions, refusedUrls } from './egress-corpus.js';
import { Egress, type EgressPolicy } from './egress.js';

const listed = (policy: Partial<EgressPolicy>) => ({ allowedHosts: [], allowedCidrs: [], ...policy });

/** A resolver that knows these addresses for every name. */
const resolvingTo =
  (...addresses: string[]) =>
  (): Promise<LookupAddress[]> =>
    Promise.resolve(addresses.map((address) => ({ address, family: isIP(address) })));

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

function lookUp(egress: Egress, host: string, profile: EgressProfile, options: object): Promise<unknown> {
  return new Promise((resolve, reject) =>
    egress.lookup(profile)(host, options, (error, address, family) =>
      error ? reject(error) : resolve(Array.isArray(address) ? address : { address, family }),
    ),
  );
}

describe('Egress', () => {
  it('is tried on at least 100 addresses and tricks', () => {
    expect(new Set(refusedUrls).size).toBe(refusedUrls.length);
    expect(refusedUrls.length + refusedResolutions.length).toBeGreaterThanOrEqual(100);
  });

  describe('checkUrl, restricted', () => {
    const egress = new Egress();

    it.each(refusedUrls.map((url) => [url]))('refuses %j', (url) => {
      const error = errorOf(() => egress.checkUrl(url, 'restricted'));
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({ code: 'upstream_address_refused' });
    });

    it.each(acceptedUrls)('accepts %j', (given, href) => {
      expect(egress.checkUrl(given, 'restricted').href).toBe(href);
    });

    it('names the host in the detail and not in the public message', () => {
      const error = errorOf(() => egress.checkUrl('http://10.1.2.3/', 'restricted')) as GatewayError;
      expect(error.detail).toContain('10.1.2.3');
      expect(error.message).not.toContain('10.1.2.3');
    });

    it('repeats no password of a refused URL', () => {
      const error = errorOf(() => egress.checkUrl('https://u:hunter2@api.example.com/', 'restricted')) as GatewayError;
      expect(`${error.message} ${error.detail}`).not.toContain('hunter2');
    });
  });

  describe('checkUrl, operator', () => {
    const egress = new Egress();

    it.each([
      'http://127.0.0.1:11434',
      'http://localhost:11434',
      'http://0.0.0.0:8000',
      'http://[::1]:8000',
      'http://10.0.0.5:81',
      'http://ollama:11434',
      'https://[fd12::1]',
    ])('accepts the private address %s', (url) => {
      expect(egress.checkUrl(url, 'operator').href).toBe(`${url}/`);
    });

    it.each([
      'http://169.254.169.254/',
      'http://0xa9fea9fe/',
      'http://[::ffff:169.254.169.254]/',
      'http://[64:ff9b::a9fe:a9fe]/',
      'http://[2002:a9fe:a9fe::]/',
      'http://[fd00:ec2::254]/',
      'http://168.63.129.16/',
      'http://100.100.100.200/',
      'http://user:password@10.0.0.5/',
      'file:///etc/passwd',
      'http://10.0.0.5:0/',
    ])('still refuses %s', (url) => {
      expect(errorOf(() => egress.checkUrl(url, 'operator'))).toMatchObject({ code: 'upstream_address_refused' });
    });
  });

  describe('policy', () => {
    it('opens listed ranges, metadata included, and nothing beside them', () => {
      const egress = new Egress(listed({ allowedCidrs: ['10.1.0.0/16', 'fd12::/16', '169.254.169.254'] }));
      const isAllowed = (url: string) => errorOf(() => egress.checkUrl(url, 'restricted')) === undefined;
      expect(
        ['http://10.1.2.3/', 'http://[::ffff:10.1.2.3]/', 'http://[fd12::5]/', 'http://169.254.169.254/'].map(
          isAllowed,
        ),
      ).toEqual([true, true, true, true]);
      expect(['http://10.2.0.1/', 'http://[fd13::5]/', 'http://169.254.169.253/'].map(isAllowed)).toEqual([
        false,
        false,
        false,
      ]);
    });

    it('opens private networks to listed names, and to no name that merely looks like one', async () => {
      const policy = listed({ allowedHosts: ['Ollama.internal.', '*.corp.example'] });
      const egress = new Egress(policy, resolvingTo('10.0.0.9'));
      for (const host of ['ollama.internal', 'a.b.corp.example']) {
        await expect(egress.resolveChecked(host, 'restricted')).resolves.toHaveLength(1);
      }
      for (const host of ['corp.example', 'evilcorp.example', 'xollama.internal', 'ollama.internal.evil.example']) {
        await expect(egress.resolveChecked(host, 'restricted')).rejects.toMatchObject({
          code: 'upstream_address_refused',
        });
      }
    });

    it('does not open metadata addresses to listed names', async () => {
      const egress = new Egress(listed({ allowedHosts: ['ollama.internal'] }), resolvingTo('169.254.169.254'));
      await expect(egress.resolveChecked('ollama.internal', 'operator')).rejects.toBeInstanceOf(GatewayError);
    });

    it.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'nonsense', '10.0.0.0/8/8', '10.0.0.0/'])(
      'refuses the range %j by name',
      (entry) => {
        expect(errorOf(() => new Egress(listed({ allowedCidrs: [entry] })))).toMatchObject({
          detail: expect.stringContaining(entry),
        });
      },
    );

    it.each(['http://ollama', 'a b', '*', '*.', 'ollama:11434'])('refuses the host %j by name', (entry) => {
      expect(errorOf(() => new Egress(listed({ allowedHosts: [entry] })))).toMatchObject({
        detail: expect.stringContaining(entry),
      });
    });

    it('has another id where it differs', () => {
      const ids = [
        new Egress(),
        new Egress(listed({ allowedHosts: ['a'] })),
        new Egress(listed({ allowedCidrs: ['10.0.0.0/8'] })),
      ];
      expect(new Set(ids.map((egress) => egress.id)).size).toBe(3);
      expect(new Egress().id).toBe(new Egress(listed({})).id);
    });
  });

  describe('lookup', () => {
    it.each(refusedResolutions)('refuses %s at %j', async (host, addresses) => {
      const egress = new Egress(undefined, resolvingTo(...addresses));
      await expect(lookUp(egress, host, 'restricted', { all: true })).rejects.toMatchObject({
        code: 'upstream_address_refused',
      });
      await expect(lookUp(egress, host, 'restricted', {})).rejects.toBeInstanceOf(GatewayError);
    });

    it('answers with the checked addresses alone, in the form and family that were asked for', async () => {
      const egress = new Egress(undefined, resolvingTo('2606:4700::1111', '93.184.216.34'));
      const v6 = { address: '2606:4700::1111', family: 6 };
      const v4 = { address: '93.184.216.34', family: 4 };
      expect(await lookUp(egress, 'a.example', 'restricted', { all: true })).toEqual([v6, v4]);
      expect(await lookUp(egress, 'a.example', 'restricted', {})).toEqual(v6);
      expect(await lookUp(egress, 'a.example', 'restricted', { family: 4 })).toEqual(v4);
      expect(await lookUp(egress, 'a.example', 'restricted', { family: 'IPv4', all: true })).toEqual([v4]);
    });

    it('resolves once for each connection, so that nothing is decided on an older answer', async () => {
      const answers = [['93.184.216.34'], ['127.0.0.1']];
      const egress = new Egress(undefined, () => resolvingTo(...(answers.shift() ?? []))());
      await expect(lookUp(egress, 'a.example', 'restricted', {})).resolves.toMatchObject({ address: '93.184.216.34' });
      await expect(lookUp(egress, 'a.example', 'restricted', {})).rejects.toMatchObject({
        code: 'upstream_address_refused',
      });
    });

    it("hands on the resolver's own error, and says ENOTFOUND where there is no address", async () => {
      const failing = new Egress(undefined, () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })));
      await expect(lookUp(failing, 'a.example', 'restricted', {})).rejects.toMatchObject({ code: 'EAI_AGAIN' });
      const empty = new Egress(undefined, resolvingTo());
      await expect(lookUp(empty, 'a.example', 'operator', {})).rejects.toMatchObject({ code: 'ENOTFOUND' });
    });
  });
});
