/** Tells Prisma's CLI which of the two databases it works on: DATABASE_URL decides, SQLite where there is none. */
import { defineConfig } from 'prisma/config';

const url = process.env.DATABASE_URL ?? 'file:./.tollgate/gateway.db';
const dialect = /^postgres(ql)?:/.test(url) ? 'postgres' : 'sqlite';

export default defineConfig({
  schema: `prisma/${dialect}/schema.prisma`,
  migrations: { path: `prisma/${dialect}/migrations` },
  datasource: { url },
});
