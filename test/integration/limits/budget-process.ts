/** One process as far as budgets go: the real accounts, leases and ledger on a database that it shares with others. */
import type { BudgetSettings } from '../../../src/config/budget-settings.js';
import type { SettingsService } from '../../../src/config/settings.service.js';
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import { ChangeFeedPoller } from '../../../src/database/change-feed.poller.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { AdmissionService } from '../../../src/limits/admission.service.js';
import type { AdmissionRequest, Grant } from '../../../src/limits/admission.js';
import { BudgetAccounts } from '../../../src/limits/budgets/budget-accounts.js';
import { BudgetDirectory } from '../../../src/limits/budgets/budget-directory.js';
import { BudgetSurroundings } from '../../../src/limits/budgets/budget-surroundings.js';
import { BudgetEvents } from '../../../src/limits/budgets/budget-events.js';
import { BudgetGate } from '../../../src/limits/budgets/budget-gate.js';
import { BudgetUpkeep } from '../../../src/limits/budgets/budget-upkeep.service.js';
import { ConfiguredBudgets } from '../../../src/limits/budgets/configured-budgets.js';
import { PrismaBudgetStore } from '../../../src/limits/budgets/prisma-budget-store.js';
import { LimitDefinitions } from '../../../src/limits/definitions/limit-definitions.service.js';
import { openLedger, type OpenLedger } from '../../../src/spend/ledger-client.js';
import type { JournalPosition } from '../../../src/spend/journal-folder.js';
import type { SpendAttempt, SpendIntent } from '../../../src/spend/spend-intent.js';
import { takenBy, toSpendRow, type SettledRow } from '../../../src/spend/spend-row.js';
import { openDatabase } from '../support/databases.js';

export const plainBudgets: BudgetSettings = {
  proxy: undefined,
  customers: undefined,
  customersBudgetId: undefined,
  tags: new Map(),
  providers: new Map(),
  exceededStatus: 422,
  timeZone: 'UTC',
  reserves: true,
  usersPayForTeamKeys: true,
};

export interface RequestOf {
  readonly caller: AdmissionRequest['caller'];
  readonly endUser?: string;
  readonly tags?: readonly string[];
  readonly model?: string;
  readonly estimateNanos: bigint;
  readonly leastNanos?: bigint;
  readonly deployment?: { readonly id: string; readonly provider: string; readonly maxNanos?: bigint };
}

/** A request that was let in and runs. */
export interface Running {
  readonly requestId: string;
  readonly reservedNanos: bigint;
  /** It has ended and came to so much. */
  end(costNanos: bigint): void;
  /** It has ended before anybody was asked. */
  abort(): void;
}

let count = 0;

export class BudgetProcess {
  readonly holder = `process-${++count}`;
  readonly definitions: LimitDefinitions;
  readonly events = new BudgetEvents();
  readonly accounts: BudgetAccounts;
  private readonly admission: AdmissionService;
  private readonly upkeep: BudgetUpkeep;
  private rows: SettledRow[] = [];
  private position: JournalPosition | null = null;
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  private constructor(
    readonly database: DatabaseService,
    readonly feed: ChangeFeedRepository,
    readonly poller: ChangeFeedPoller,
    private readonly ledger: OpenLedger,
    budgets: BudgetSettings,
  ) {
    const settings = {
      current: () => ({ budgets }),
      general: { allowRequestsOnDbUnavailable: true, masterKey: 'sk-master' },
    } as unknown as SettingsService;
    const timeZone = (): string => budgets.timeZone;
    this.definitions = new LimitDefinitions(systemClock, timeZone);
    const store = new PrismaBudgetStore(database, feed, systemClock, timeZone, () => this.holder);
    this.accounts = new BudgetAccounts(store, systemClock, settings, this.events);
    const configured = new ConfiguredBudgets(() => budgets);
    const surroundings = new BudgetSurroundings(systemClock, settings);
    const directory = new BudgetDirectory(database, this.definitions, this.accounts, configured, surroundings);
    this.upkeep = new BudgetUpkeep(this.accounts, directory, surroundings, poller);
    this.admission = new AdmissionService([new BudgetGate(directory, configured, settings)]);
  }

  static async start(url: string, budgets: Partial<BudgetSettings> = {}): Promise<BudgetProcess> {
    const database = await openDatabase(url);
    const feed = new ChangeFeedRepository(database);
    const poller = new ChangeFeedPoller(feed);
    const one = new BudgetProcess(database, feed, poller, openLedger(url, { writesRows: true, exportsRows: false }), {
      ...plainBudgets,
      ...budgets,
    });
    one.upkeep.onModuleInit();
    poller.onModuleInit();
    one.timer = setInterval(() => void one.flush(), 50);
    return one;
  }

  /** @throws GatewayError for a request over a limit */
  async begin(given: RequestOf): Promise<Running> {
    const requestId = `${this.holder}-${++count}`;
    const { caller, endUser, tags = [], model = 'm', estimateNanos: nanos, deployment } = given;
    const leastNanos = given.leastNanos ?? nanos;
    const estimate = { nanos, leastNanos, tokens: 1 };
    const grants: Grant[] = [await this.admission.admit({ requestId, caller, model, endUser, tags, estimate })];
    const [grant] = grants;
    let attemptLeases: SpendAttempt['leases'];
    if (deployment) {
      const { id: deploymentId, provider, maxNanos } = deployment;
      const budget = maxNanos === undefined ? undefined : { maxNanos, duration: null };
      try {
        const own = await this.admission.admitAttempt({ requestId, model, deploymentId, provider, budget, estimate });
        grants.push(own);
        const held = own.reservation;
        attemptLeases = held?.leases.map((lease) => ({ ...lease, nanos: held.nanos }));
      } catch (error) {
        grant?.settle({ nanos: 0n, promptTokens: 0, completionTokens: 0 });
        throw error;
      }
    }
    const settle = (cost: bigint): void => {
      for (const each of grants) each.settle({ nanos: cost, promptTokens: 0, completionTokens: 0 });
    };
    const { keyHash, ...who } = caller;
    const intent: SpendIntent = {
      ...{ requestId, startedAtMs: Date.now(), callType: 'acompletion', apiKeyHash: keyHash, modelGroup: model },
      ...(who as Partial<SpendIntent>),
      reservationNanos: grant?.reservation?.nanos ?? nanos,
      ...(grant?.reservation && { leases: grant.reservation.leases }),
      ...(endUser !== undefined && { endUser }),
      tags,
    };
    return {
      requestId,
      reservedNanos: grant?.reservation?.nanos ?? 0n,
      abort: () => settle(0n),
      end: (costNanos) => {
        settle(costNanos);
        this.rows.push(rowOf(intent, costNanos, deployment, attemptLeases));
      },
    };
  }

  /** The refusal's code, or the request. */
  async tries(given: RequestOf): Promise<Running | string> {
    try {
      return await this.begin(given);
    } catch (error) {
      if (error instanceof GatewayError) return error.code;
      throw error;
    }
  }

  /** As the row writer does. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(async () => {
      const rows = this.rows.splice(0);
      if (rows.length === 0) return;
      const next = { segment: 1, offset: (this.position?.offset ?? 0) + 1 };
      await this.ledger.store.commit(this.holder, this.position, next, rows);
      this.position = next;
    });
    return this.flushing;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.poller.onApplicationShutdown();
    await this.upkeep.beforeApplicationShutdown();
    await this.flush();
    await this.ledger.store.releaseLeases(this.holder);
    await this.ledger.store.forget(this.holder);
    await this.ledger.close();
    await this.database.onApplicationShutdown();
  }
}

export function rowOf(
  intent: SpendIntent,
  costNanos: bigint,
  deployment: RequestOf['deployment'],
  leases: SpendAttempt['leases'],
): SettledRow {
  const attempt: SpendAttempt = {
    ...{ deploymentId: deployment?.id ?? 'd', provider: deployment?.provider ?? 'p', model: 'm', apiBase: '' },
    ...{ status: 'success', costNanos, ...(leases && { leases }) },
  };
  const settled = {
    requestId: intent.requestId,
    intent,
    settlement: { status: 'success' as const, endedAtMs: Date.now(), stream: false, attempts: [attempt], spendNanos: costNanos }, // prettier-ignore
    end: { segment: 1, offset: 1 },
  };
  return { ...toSpendRow(settled), taken: takenBy(settled) };
}
