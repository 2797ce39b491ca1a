/** One page of a list: how many there are without counting millions, and where a page far behind begins without walking to it. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Prisma, VirtualKey } from '../../database/database-client.js';

/** Up to here a count is exact. */
export const mostCounted = 10_000;

export interface PageCounts {
  readonly total_count: number;
  readonly current_page: number;
  readonly total_pages: number;
  readonly total_is_exact: boolean;
}

/**
 * @param counted at most one more than `mostCounted`
 * @param shown how many rows the page has, whether there is one behind it, and whether all that matches was looked at
 */
export function pageCounts(
  counted: number,
  { page, size }: { readonly page: number; readonly size: number },
  shown: { readonly rows: number; readonly hasMore: boolean; readonly isWhole?: boolean },
): PageCounts {
  const seen = shown.rows === 0 ? 0 : (page - 1) * size + shown.rows + (shown.hasMore ? 1 : 0);
  // Beyond the exact count there is always one page more than was seen, until there is none: whoever walks the pages gets to the end.
  const total = counted > mostCounted ? Math.max(counted, seen) : counted;
  const isExact = counted <= mostCounted && shown.isWhole !== false;
  return {
    total_count: total,
    current_page: page,
    total_pages: Math.ceil(total / size),
    total_is_exact: isExact,
  };
}

export type PageStart = Pick<VirtualKey, 'createdAt' | 'token'>;
export type Direction = 'asc' | 'desc';

/** Rows behind one of the list by creation, in a form that an index is entered by. */
export function behind({ createdAt, token }: PageStart, direction: Direction): Prisma.VirtualKeyWhereInput {
  return direction === 'asc'
    ? { createdAt: { gte: createdAt }, OR: [{ createdAt: { gt: createdAt } }, { token: { gt: token } }] }
    : { createdAt: { lte: createdAt }, OR: [{ createdAt: { lt: createdAt } }, { token: { lt: token } }] };
}

/** Nearer pages are skipped to: what was made since then moves them as everybody expects. */
const leastSkipped = 1_000;
const rememberedPages = 1_000;
const rememberedMs = 300_000;

/** Where the pages of lists ended that were shown lately: the next one begins there. */
export class PageEnds {
  readonly #ends = new LRUCache<string, PageStart>({ max: rememberedPages, ttl: rememberedMs });

  /** How page `page` of a list is come at: behind a row, or by skipping. */
  startOf(list: string, page: number, size: number): { readonly after: PageStart | null; readonly skip: number } {
    const skip = (page - 1) * size;
    const after = skip < leastSkipped ? undefined : this.#ends.get(endOf(list, page - 1));
    return after ? { after, skip: 0 } : { after: null, skip };
  }

  remember(list: string, page: number, last: PageStart | undefined): void {
    if (last) this.#ends.set(endOf(list, page), { createdAt: last.createdAt, token: last.token });
  }
}

/** Lists are told by their filters, which may be long. */
function endOf(list: string, page: number): string {
  return createHash('sha256').update(`${list}/${page}`).digest('base64');
}
