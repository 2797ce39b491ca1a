/** Which URL names which database. */
import { parseDatabaseUrl } from './database-target.js';

describe('parseDatabaseUrl', () => {
  it.each([
    ['file:./.tollgate/gateway.db', './.tollgate/gateway.db'],
    ['file:/var/lib/tollgate/a.db', '/var/lib/tollgate/a.db'],
    ['file:///var/lib/tollgate/a%20b.db?connection_limit=1', '/var/lib/tollgate/a b.db'],
  ])('reads %s as a SQLite file', (url, path) => {
    expect(parseDatabaseUrl(url)).toEqual({ dialect: 'sqlite', path });
  });

  it('reads both spellings of PostgreSQL, and a schema', () => {
    expect(parseDatabaseUrl('postgres://u:p@h/d')).toEqual({
      dialect: 'postgres',
      url: 'postgres://u:p@h/d',
      schema: undefined,
    });
    expect(parseDatabaseUrl('postgresql://u:p@h/d?schema=gate')).toMatchObject({ dialect: 'postgres', schema: 'gate' });
  });

  it.each(['mysql://u:secret@h/d', 'file:', 'file::memory:', ''])('refuses %j without repeating it', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(/database URL/);
    expect(() => parseDatabaseUrl(url)).not.toThrow(/secret/);
  });
});
