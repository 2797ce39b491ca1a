/**
 * The attack: somebody with a copy of the database, or with write access to it, reads a credential, changes one, or moves one to
 * a row where they may use it.
 */
import { GatewayError } from '../core/errors/gateway-error.js';
import { sealedPlaces, type SealedPlace } from './sealed-place.js';
import { Vault } from './vault.service.js';

const one = '5f0c1a9d7be24836a1c2d3e4f5061728';
const two = '9b8a7c6d5e4f30211203f4e5d6c7b8a9';
const vaultOf = (...secrets: string[]) => new Vault(() => secrets);
const place = sealedPlaces.modelParams('m1');
const clear = '{"api_key":"sk-provider-é🔑"}';

function failureOf(work: () => unknown): GatewayError {
  try {
    work();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('It was opened.');
}

describe('an envelope', () => {
  const vault = vaultOf(one);
  const sealed = vault.seal(place, clear);

  it('opens where it was sealed, and shows nothing of what is in it', () => {
    expect(vault.open(place, sealed)).toBe(clear);
    expect(vault.open(place, vault.seal(place, ''))).toBe('');
    expect(sealed).toMatch(/^tg1\.[0-9a-f]{16}\.[\w-]{80}\.[\w-]+$/);
    expect(sealed).not.toContain('provider');
  });

  it('is another one each time', () => {
    expect(vault.seal(place, clear).split('.')[2]).not.toBe(sealed.split('.')[2]);
    expect(vault.seal(place, clear).split('.')[3]).not.toBe(sealed.split('.')[3]);
  });

  it.each<SealedPlace>([
    sealedPlaces.modelParams('m2'),
    sealedPlaces.credentialValues('m1'),
    { ...place, column: 'litellm_params' },
    { table: 'config_models","m1', row: '', column: 'sealed_params' },
  ])('does not open at %j', (elsewhere) => {
    expect(failureOf(() => vault.open(elsewhere, sealed)).code).toBe('secret_unreadable');
  });

  it('does not open with any bit of it changed', () => {
    const bytes = Buffer.from(sealed, 'latin1');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(failureOf(() => vault.open(place, changed.toString('latin1'))).code).toBe('secret_unreadable');
    }
  });

  it('does not open cut short, made longer, or with the parts of another', () => {
    const other = vault.seal(place, 'other').split('.');
    const own = sealed.split('.');
    const mixed = [own[0], own[1], own[2], other[3]].join('.');
    for (const changed of [
      sealed.slice(0, -1),
      `${sealed}A`,
      `${sealed}=`,
      ` ${sealed}`,
      `${sealed}\n`,
      mixed,
      '',
      'tg1',
      clear,
    ])
      expect(failureOf(() => vault.open(place, changed)).code).toBe('secret_unreadable');
  });
});

describe('the keys', () => {
  it('the first writes, all of them read', () => {
    const old = vaultOf(one).seal(place, clear);
    const both = vaultOf(two, one);
    expect(both.open(place, old)).toBe(clear);
    const renewed = both.seal(place, clear);
    expect(vaultOf(two).open(place, renewed)).toBe(clear);
    expect(renewed.startsWith(both.currentPrefix ?? '?')).toBe(true);
    expect(old.startsWith(both.currentPrefix ?? '?')).toBe(false);
  });

  it('a key that is not there is named by its id', () => {
    const sealed = vaultOf(one).seal(place, clear);
    const failure = failureOf(() => vaultOf(two).open(place, sealed));
    expect(failure.message).toContain(sealed.split('.')[1]);
    expect(failure.message).toContain('TOLLGATE_ENCRYPTION_KEY');
    expect(failureOf(() => vaultOf().open(place, sealed)).code).toBe('secret_unreadable');
  });

  it('without one nothing is stored, and the error says how to have one', () => {
    const vault = vaultOf();
    expect(vault.canSeal).toBe(false);
    const failure = failureOf(() => vault.seal(place, clear));
    expect(failure.code).toBe('no_encryption_key');
    expect(failure.message).toMatch(/openssl rand -hex 32.*TOLLGATE_ENCRYPTION_KEY/);
  });

  it('another list takes effect where the configuration is read again', () => {
    let secrets: readonly string[] = [one];
    const vault = new Vault(() => secrets);
    const sealed = vault.seal(place, clear);
    secrets = [two];
    expect(failureOf(() => vault.open(place, sealed)).code).toBe('secret_unreadable');
    secrets = [two, one];
    expect(vault.open(place, sealed)).toBe(clear);
  });
});
