/** Shows single keys: what they are, whether they work, and what they have spent on which models. */
import { Injectable } from '@nestjs/common';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { AccessScope, Ownership } from '../../auth/scope/access-scope.js';
import type { Principal } from '../../auth/principal.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import type { DatabaseClient } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { findDeletedKey, ownershipOfView } from './deleted-keys.js';
import { forbiddenKey, maySeeKey, noSuchKey } from './key-access.js';
import type { KeysInfoBody } from './key-bodies.dto.js';
import { KeyOwners } from './key-owners.service.js';
import type { KeySpendQuery } from './key-queries.dto.js';
import { KeyRepository } from './key.repository.js';
import { KeyRules } from './key-rules.service.js';
import { tokenOf } from './key-token.js';
import { keyView } from './key-view.js';

interface Shown {
  readonly token: string;
  readonly ownership: Ownership;
  readonly view: Readonly<Record<string, unknown>>;
}

@Injectable()
export class KeyReader {
  constructor(
    private readonly database: DatabaseService,
    private readonly scopes: AccessScopes,
    private readonly owners: KeyOwners,
    private readonly keys: KeyRepository,
    private readonly rules: KeyRules,
  ) {}

  /** @param asked the caller's own key where it is not given */
  async info(asked: string | undefined, principal: Principal): Promise<Record<string, unknown>> {
    const scope = await this.scopes.of(principal);
    const token = asked === undefined ? principal.keyHash : tokenOf(asked);
    const found = await this.database.run((client) => this.#find(client, token));
    if (!found) throw noSuchKey(scope);
    if (!isVisible(scope, found, token)) throw forbiddenKey();
    return { key: asked ?? found.view['key_name'], info: found.view };
  }

  /** Of many keys; those that are not there, or not the caller's to see, are left out. */
  async infos({ keys, key_aliases: aliases }: KeysInfoBody, principal: Principal): Promise<Record<string, unknown>> {
    const scope = await this.scopes.of(principal);
    const tokens = (keys ?? []).map(tokenOf);
    const info = await this.database.run(async (client) => {
      const where = { OR: [{ token: { in: tokens } }, { keyAlias: { in: aliases ?? [] } }] };
      const states = await this.keys.findMany(client, where);
      const ownerships = await this.owners.ownershipsOf(
        client,
        states.map(({ row }) => row),
      );
      return states
        .filter(({ row: { token } }) => maySeeKey(scope, ownerships.get(token) ?? {}, token))
        .map((state) => keyView(state, this.rules.now().getTime()));
    });
    return { key: keys ?? null, info };
  }

  /** Whether the caller's key works as it is meant to. That it was let in says that it is neither blocked nor expired. */
  async health(principal: Principal): Promise<Record<string, unknown>> {
    const state = await this.database.run((client) => this.keys.find(client, principal.keyHash));
    const { logging } = (state?.row.metadata ?? {}) as { readonly logging?: unknown };
    if (!Array.isArray(logging) || logging.length === 0) return { key: 'healthy', logging_callbacks: null };
    const callbacks = logging.map((entry: { readonly callback_name?: unknown } | null) => String(entry?.callback_name));
    const details = 'The metadata of the key asks for logging of its own, which this version does not do.';
    return { key: 'unhealthy', logging_callbacks: { callbacks, status: 'unhealthy', details } };
  }

  /** What a key has spent between two days, by model; with its earlier values, if it had any. */
  async spendReport(query: KeySpendQuery, principal: Principal): Promise<readonly object[]> {
    const scope = await this.scopes.of(principal);
    const token = query.api_key ?? principal.keyHash;
    return this.database.run(async (client) => {
      if (token !== principal.keyHash && scope.everything === 'none') {
        const found = await this.#find(client, token);
        if (!found || !isVisible(scope, found, token)) throw forbiddenKey('api_key');
      }
      const tokens = [token, ...(await this.keys.formerTokens(client, [token]))];
      const sums = await client.dailySpend.groupBy({
        by: ['model'],
        where: {
          kind: 'all',
          apiKeyHash: { in: tokens },
          date: { gte: query.start_date, lte: query.end_date },
        },
        _sum: { spendNanos: true, promptTokens: true, completionTokens: true },
        orderBy: { model: 'asc' },
      });
      if (sums.length === 0) return [];
      const models = sums.map(({ model, _sum: sum }) => ({
        model,
        nanos: sum.spendNanos ?? 0n,
        input: sum.promptTokens ?? 0n,
        output: sum.completionTokens ?? 0n,
      }));
      const total = (field: 'nanos' | 'input' | 'output'): bigint =>
        models.reduce((sum, model) => sum + model[field], 0n);
      const costs = (nanos: bigint, input: bigint, output: bigint): object => ({
        total_cost: usdFromNanos(nanos),
        total_input_tokens: Number(input),
        total_output_tokens: Number(output),
      });
      const details = models.map(({ model, nanos, input, output }) => ({ model, ...costs(nanos, input, output) }));
      return [{ api_key: token, ...costs(total('nanos'), total('input'), total('output')), model_details: details }];
    });
  }

  /** A key that is there, the one that took the place of an earlier value while that still works, or a deleted one. */
  async #find(client: DatabaseClient, token: string): Promise<Shown | null> {
    const now = this.rules.now();
    const replaced = await client.replacedKey.findUnique({ where: { token } });
    const current = replaced && replaced.validUntil > now ? replaced.currentToken : token;
    const state = await this.keys.find(client, current);
    if (state) {
      const ownerships = await this.owners.ownershipsOf(client, [state.row]);
      return { token: current, ownership: ownerships.get(current) ?? {}, view: keyView(state, now.getTime()) };
    }
    const deleted = await findDeletedKey(client, token);
    return deleted && { token, ownership: ownershipOfView(deleted), view: deleted };
  }
}

/** Who came with an earlier value of a key came with the key. */
function isVisible(scope: AccessScope, { token, ownership }: Shown, asked: string): boolean {
  return asked === scope.principal.keyHash || maySeeKey(scope, ownership, token);
}
