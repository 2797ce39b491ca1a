/** Reads a database URL: which of the two databases it names, and where. */

export type DatabaseTarget =
  | { readonly dialect: 'sqlite'; readonly path: string }
  | { readonly dialect: 'postgres'; readonly url: string; readonly schema: string | undefined };

/** Throws an Error, which never repeats the URL (it may hold a password), on anything but a SQLite file or a PostgreSQL URL. */
export function parseDatabaseUrl(url: string): DatabaseTarget {
  if (/^postgres(ql)?:\/\//.test(url)) {
    // Prisma's own way of naming a schema other than public.
    const schema = URL.canParse(url) ? new URL(url).searchParams.get('schema') : null;
    return { dialect: 'postgres', url, schema: schema ?? undefined };
  }
  if (url.startsWith('file:')) {
    const path = decodeURIComponent(
      url
        .slice('file:'.length)
        .replace(/\?.*$/, '')
        .replace(/^\/\/(?=\/)/, ''),
    );
    if (path !== '' && !path.includes(':memory:')) return { dialect: 'sqlite', path };
    throw new Error(
      'The database URL names no file. Write `file:./folder/name.db`; a database in memory cannot be shared by the connections that need it.',
    );
  }
  throw new Error('The database URL is neither `file:...` (SQLite) nor `postgresql://...` (PostgreSQL).');
}
