/** Pages of a caller's objects, as OpenAI has them. */

export interface PageQuery {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** The id of the object that the page before ended with. */
  readonly after: string | undefined;
  /** Only those of this provider. */
  readonly provider: string | undefined;
}

export interface ObjectPage<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** Prisma's part of a query: one row more than wanted tells whether there are more. */
export function pageOf({ limit, order, after }: PageQuery) {
  return {
    orderBy: [{ createdAt: order }, { id: order }],
    take: limit + 1,
    ...(after !== undefined && { cursor: { id: after }, skip: 1 }),
  };
}

export function toPage<Row>(rows: readonly Row[], limit: number): ObjectPage<Row> {
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}
