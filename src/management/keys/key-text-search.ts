/** Looks for a part of a text in the newest keys of a list: no index knows what stands in the midst of texts. */
import type { DatabaseClient, Prisma } from '../../database/database-client.js';
import type { ListFilter } from './key-filter.js';

/** A list with more keys is not read to its end. */
const mostRead = 50_000;
/** Then the newest of those that match are shown, and the newest of those that are that text: few enough to be named in one statement. */
const mostFound = 450;

/** The filter of what was found in a list that is too long to be read whole; null for others, where its own filter will do. */
export async function foundByText(
  client: DatabaseClient,
  { led, where, exact }: Omit<ListFilter, 'byText'>,
): Promise<Prisma.VirtualKeyWhereInput | null> {
  const orderBy = [{ createdAt: 'desc' as const }, { token: 'desc' as const }];
  const [edge] = await client.virtualKey.findMany({
    where: led,
    orderBy,
    select: { createdAt: true },
    skip: mostRead,
    take: 1,
  });
  if (!edge) return null;
  const tokensOf = async (...all: Prisma.VirtualKeyWhereInput[]): Promise<string[]> => {
    const asked = { where: { AND: all }, orderBy, select: { token: true }, take: mostFound };
    const rows = await client.virtualKey.findMany(asked);
    return rows.map(({ token }) => token);
  };
  // Who gives a text whole finds it wherever it stands.
  const whole = await tokensOf(where, exact);
  const parts = await tokensOf(where, { createdAt: { gte: edge.createdAt } });
  return { token: { in: [...new Set([...whole, ...parts])] } };
}
