/** Brings the tags of `litellm_settings.tag_budget_config` into the database, at the start and after each reload. */
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { DeclaredBudget } from '../../config/identity-settings.js';
import { SettingsService } from '../../config/settings.service.js';
import { limitsTopic, tagTopic } from '../../database/change-topics.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from '../../database/database-options.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import { TagRepository } from './tag.repository.js';

/** Who makes these changes, in the audit log and in the rows. */
export const configFile = 'config file';
const retryMs = 1_000;

const actor: Actor = {
  principal: {
    role: 'proxy_admin',
    keyHash: '',
    keyAlias: undefined,
    userId: configFile,
    teamId: undefined,
    models: [],
    tags: [],
  },
  name: configFile,
  role: 'proxy_admin',
  keyHash: '',
  address: '',
};

@Injectable()
export class DeclaredTags implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('DeclaredTags');
  #unsubscribe: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly settings: SettingsService,
    private readonly tags: TagRepository,
    private readonly limits: LimitDefinitions,
    private readonly writes: ManagementWrites,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.#unsubscribe = this.settings.onChange(() => () => void this.#follow());
    await this.#follow();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#cancelRetry?.();
    await this.#running;
  }

  /** Never rejects: a database that is away is asked again. */
  #follow(): Promise<void> {
    this.#cancelRetry?.();
    this.#running = this.#running.then(async () => {
      if (this.#stopped) return;
      try {
        await this.apply(this.settings.current().identity.tagBudgets);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (this.settings.current().identity.tagBudgets.size > 0)
          this.#logger.warn(`The tags of tag_budget_config are not in the database yet: ${reason}`);
        this.#cancelRetry = this.runtime.timer.schedule(() => void this.#follow(), retryMs);
      }
    });
    return this.#running;
  }

  /** Tags that the file has let go of keep their name and lose their limits. */
  async apply(declared: ReadonlyMap<string, DeclaredBudget>): Promise<void> {
    await this.writes.run(actor, async (write) => {
      for (const [name, budget] of declared) await this.#declare(write, name, budget);
      for (const { name } of await this.tags.changedBy(write.tx, configFile, [...declared.keys()])) {
        await this.tags.update(write.tx, name, undefined, `${configFile}, before`);
        await this.#limit(write, name, { maxNanos: null, duration: null });
      }
    });
  }

  async #declare(write: ManagementWrite, name: string, budget: DeclaredBudget): Promise<void> {
    const row = await this.tags.find(write.tx, name);
    const owner = ownerOf('tag', name);
    const own = (await this.limits.read(write.tx, [owner])).get(owner)?.own;
    const isSo = own?.max_budget === String(budget.maxNanos) && (own.budget_duration ?? null) === budget.duration;
    if (row?.updatedBy === configFile && isSo) return;
    if (!row) await this.tags.create(write.tx, name, null, configFile);
    else await this.tags.update(write.tx, name, undefined, configFile);
    await this.#limit(write, name, budget);
  }

  async #limit(
    { tx, audit, changed }: ManagementWrite,
    name: string,
    limits: { readonly maxNanos: bigint | null; readonly duration: string | null },
  ): Promise<void> {
    await this.limits.write(tx, ownerOf('tag', name), limits);
    audit({ action: 'tag.declare', objectKind: 'tag', objectId: name, after: limits });
    changed(tagTopic, name);
    changed(limitsTopic, ownerOf('tag', name));
  }
}
