/** Lets one process at a time do some work, by a claim in the database that ends by itself when its holder dies. */
import { randomUUID } from 'node:crypto';
import { isUniqueViolation } from '../database/database-errors.js';
import type { DatabaseRuntime } from '../database/database-options.js';
import type { DatabaseService } from '../database/database.service.js';

export class ExportClaim {
  private readonly holder = randomUUID();

  constructor(
    private readonly database: DatabaseService,
    private readonly runtime: Pick<DatabaseRuntime, 'clock'>,
    /** The row in `export_cursors`. */
    private readonly name: string,
    private readonly holdMs: number,
  ) {}

  /** True where nobody else holds it. */
  async take(): Promise<boolean> {
    const now = new Date(this.runtime.clock.now());
    const free = {
      OR: [{ claim: null }, { claim: this.holder }, { claimedUntil: null }, { claimedUntil: { lt: now } }],
    };
    return this.database.run(async ({ exportCursor }) => {
      const taken = await exportCursor.updateMany({ where: { name: this.name, ...free }, data: this.held() });
      if (taken.count > 0) return true;
      if (await exportCursor.findUnique({ where: { name: this.name } })) return false;
      try {
        await exportCursor.create({ data: { name: this.name, position: '', ...this.held() } });
        return true;
      } catch (error) {
        // Another process was first.
        if (isUniqueViolation(error)) return false;
        throw error;
      }
    });
  }

  /** False where it was lost meanwhile. */
  async keep(): Promise<boolean> {
    const where = { name: this.name, claim: this.holder };
    const { count } = await this.database.run((client) => client.exportCursor.updateMany({ where, data: this.held() }));
    return count > 0;
  }

  async release(): Promise<void> {
    const where = { name: this.name, claim: this.holder };
    const data = { claim: null, claimedUntil: null };
    await this.database.run((client) => client.exportCursor.updateMany({ where, data }));
  }

  async position(): Promise<string> {
    const row = await this.database.run((client) => client.exportCursor.findUnique({ where: { name: this.name } }));
    return row?.position ?? '';
  }

  /** Where the claim is held, and false where it is not any more. */
  async moveTo(position: string): Promise<boolean> {
    const where = { name: this.name, claim: this.holder };
    const { count } = await this.database.run((client) =>
      client.exportCursor.updateMany({ where, data: { position, ...this.held() } }),
    );
    return count > 0;
  }

  private held(): { claim: string; claimedUntil: Date } {
    return { claim: this.holder, claimedUntil: new Date(this.runtime.clock.now() + this.holdMs) };
  }
}
