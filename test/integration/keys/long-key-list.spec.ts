/** Lists of more keys than are read whole: every key in its place, and a part of a text looked for among the newest ones. */
import { keyAliasesQuerySchema, keyListQuerySchema } from '../../../src/management/keys/key-queries.dto.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { KeysOnDatabase } from './keys-on-database.js';

const many = 50_020;
const start = Date.parse('2026-01-01T00:00:00Z');
const tokenOf = (place: number): string => place.toString(16).padStart(64, '0');

/** The older a key the smaller its number. Every hundredth has an alias, every thousandth expires. */
function keyAt(place: number) {
  const at = new Date(start + place * 1_000);
  return {
    token: tokenOf(place),
    keyName: 'sk-...0000',
    keyAlias: place % 100 === 3 ? `Alias-${place}` : null,
    userId: place < 10 ? 'old-user' : 'new-user',
    teamId: place < 200 ? 'small' : 'large',
    expires: place % 1_000 === 3 ? new Date(start - place * 1_000) : null,
    models: [],
    metadata: {},
    createdAt: at,
    createdBy: 'test',
    updatedAt: at,
    updatedBy: 'test',
  };
}

describeOnBothDatabases('lists of very many keys', (database) => {
  let bench: KeysOnDatabase;
  beforeAll(async () => {
    bench = await KeysOnDatabase.open(database.url);
    for (let from = 0; from < many; from += 5_000) {
      const data = Array.from({ length: Math.min(5_000, many - from) }, (_, place) => keyAt(from + place));
      await bench.database.run((client) => client.virtualKey.createMany({ data }));
    }
  }, 120_000);
  afterAll(() => bench.close());

  const list = async (query: object) => {
    const answer = await bench.services.lister.list(keyListQuerySchema.parse(query), bench.admin.principal);
    const { keys, ...counts } = answer as { keys: string[]; total_count: number; total_is_exact: boolean };
    return { places: keys.map((token) => Number.parseInt(token, 16)), ...counts };
  };
  const aliases = (query: object) =>
    bench.services.lister.aliases(keyAliasesQuerySchema.parse(query), bench.admin.principal);

  it('finds a part of an alias among the newest keys, and says that there may be more', async () => {
    const found = await list({ search: 'alias-500', size: '3' });
    expect(found).toMatchObject({ places: [50_003, 5_003], total_count: 2, total_is_exact: false });
    expect(await list({ key_alias: 'aliAS-500', substring_matching: 'true' })).toMatchObject({
      places: [50_003, 5_003],
    });
    // Key number 3 is older than the newest 50,000.
    const all = await list({ search: 'lias-3', size: '100', page: '2' });
    expect(all).toMatchObject({ total_count: 111, total_is_exact: false });
    expect(all.places.at(-1)).toBe(303);
    expect(await aliases({ search: 'lias-500' })).toMatchObject({
      aliases: ['Alias-50003', 'Alias-5003'],
      total_is_exact: false,
    });
  });

  it('finds a whole alias, a whole user and a hash wherever they stand', async () => {
    expect((await list({ search: 'Alias-3', size: '100', page: '2' })).places.at(-1)).toBe(3);
    expect((await list({ user_id: 'old-user', substring_matching: 'true' })).places).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]); // prettier-ignore
    expect(await list({ search: tokenOf(1) })).toMatchObject({ places: [1], total_is_exact: true });
    expect(await aliases({ search: 'Alias-3' })).toMatchObject({
      aliases: expect.arrayContaining(['Alias-3']),
      total_count: 112,
    });
  });

  it('reads a list whole that another filter makes short', async () => {
    const found = await list({ team_id: 'small', search: 'LIAS-' });
    expect(found).toMatchObject({ places: [103, 3], total_count: 2, total_is_exact: true });
  });

  it.each([
    ['expires', 'desc', [3, 1_003, 2_003]],
    ['expires', 'asc', [50_003, 49_003, 48_003]],
    ['key_alias', 'asc', [10_003, 1_003, 10_103]],
  ])('sorts by %s %s', async (sortBy, sortOrder, places) => {
    expect((await list({ sort_by: sortBy, sort_order: sortOrder, size: '3' })).places).toEqual(places);
  });

  it('shows each key once where those with a value end and those without one begin', async () => {
    for (const direction of ['asc', 'desc']) {
      const seen: number[] = [];
      for (const page of ['4', '5', '6', '7', '8']) {
        seen.push(...(await list({ sort_by: 'expires', sort_order: direction, size: '10', page })).places);
      }
      expect(seen.slice(0, 21).every((place) => place % 1_000 === 3)).toBe(true);
      expect(seen.slice(21).some((place) => place % 1_000 === 3)).toBe(false);
      expect(new Set(seen).size).toBe(50);
    }
  });

  it('has the same keys on a page far behind, whichever way it is come at', async () => {
    const page = Array.from({ length: 100 }, (_, place) => many - 1 - 20_000 - place);
    expect((await list({ size: '100', page: '201' })).places).toEqual(page);
    expect((await list({ size: '100', page: '201', sort_by: 'updated_at' })).places).toEqual(page);
    expect((await list({ size: '100', page: '201', sort_by: 'token' })).places).toEqual(page);
    await list({ size: '100', page: '200' });
    expect((await list({ size: '100', page: '201' })).places).toEqual(page);
  });
});
