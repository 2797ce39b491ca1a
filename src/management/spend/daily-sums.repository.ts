/** Asks the sums by day: added up by whatever a report groups them by. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { DailySpend, Prisma } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';

export type Dimension =
  'date' | 'entity' | 'apiKeyHash' | 'userId' | 'teamId' | 'organizationId' | 'modelGroup' | 'model' | 'provider';

const AMOUNTS = {
  requests: true,
  failedRequests: true,
  promptTokens: true,
  completionTokens: true,
  cacheReadTokens: true,
  cacheWriteTokens: true,
  spendNanos: true,
} as const;

export type Amounts = Pick<DailySpend, keyof typeof AMOUNTS>;
export type Sum<By extends Dimension> = Pick<DailySpend, By> & Amounts;

type Summed = { readonly [Name in keyof Amounts]: Amounts[Name] | null };

/** Prisma knows the type of a grouping only where its columns stand in the source. */
interface Grouping<By extends Dimension> {
  groupBy(asked: {
    readonly by: readonly By[];
    readonly where: Prisma.DailySpendWhereInput;
    readonly _sum: typeof AMOUNTS;
    readonly orderBy: readonly object[];
    readonly take: number;
  }): Promise<(Pick<DailySpend, By> & { readonly _sum: Summed })[]>;
}

/** Beyond it an answer would neither be read nor fit in memory. */
const MAX_LINES = 50_000;

@Injectable()
export class DailySums {
  constructor(private readonly database: DatabaseService) {}

  /**
   * The sums of those days' rows, the largest spend first.
   *
   * @param most leaves out the smallest ones beyond it; without it all are wanted
   * @throws GatewayError `invalid_request` for a report of more than 50,000 lines
   */
  async by<By extends Dimension>(
    dimensions: readonly By[],
    where: Prisma.DailySpendWhereInput,
    most?: number,
  ): Promise<Sum<By>[]> {
    const groups = await this.database.run((client) =>
      (client.dailySpend as unknown as Grouping<By>).groupBy({
        by: dimensions,
        where,
        _sum: AMOUNTS,
        orderBy: [{ _sum: { spendNanos: 'desc' } }, ...dimensions.map((name) => ({ [name]: 'asc' }))],
        take: most ?? MAX_LINES + 1,
      }),
    );
    if (most === undefined && groups.length > MAX_LINES) {
      const reason = `The report has more than ${MAX_LINES} lines. Ask for fewer days, or filter it.`;
      throw new GatewayError('invalid_request', { facts: { reason } });
    }
    return groups.map((group) => ({ ...group, ...amountsOf(group._sum) }));
  }

  async total(where: Prisma.DailySpendWhereInput): Promise<Amounts> {
    const { _sum } = await this.database.run((client) => client.dailySpend.aggregate({ where, _sum: AMOUNTS }));
    return amountsOf(_sum);
  }
}

function amountsOf(sums: Summed): Amounts {
  return {
    requests: sums.requests ?? 0,
    failedRequests: sums.failedRequests ?? 0,
    promptTokens: sums.promptTokens ?? 0n,
    completionTokens: sums.completionTokens ?? 0n,
    cacheReadTokens: sums.cacheReadTokens ?? 0n,
    cacheWriteTokens: sums.cacheWriteTokens ?? 0n,
    spendNanos: sums.spendNanos ?? 0n,
  };
}
