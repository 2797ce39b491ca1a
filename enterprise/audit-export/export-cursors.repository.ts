/** Keeps how far each sink has come; whoever exports to one holds a claim on it, so that it is one process at a time. */
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '#src/database/database-errors.js';
import { DatabaseService } from '#src/database/database.service.js';
import { exportStart, formatPosition, parsePosition, type ExportPosition } from './export-position.js';

export interface Claim {
  /** Such as `audit:syslog`. */
  readonly name: string;
  readonly holder: string;
  readonly nowMs: number;
  readonly untilMs: number;
}

@Injectable()
export class ExportCursors {
  constructor(private readonly database: DatabaseService) {}

  /** Takes or renews the claim; null where another one has it. */
  async claim(claim: Claim): Promise<ExportPosition | null> {
    if (!(await this.#take(claim)) && !(await this.#create(claim))) return null;
    const row = await this.database.run((client) => client.exportCursor.findUnique({ where: { name: claim.name } }));
    return row?.claim === claim.holder ? parsePosition(row.position) : null;
  }

  /** False where the claim was lost meanwhile, or somebody else has moved the cursor: then nothing is changed. */
  async move({ name, holder, untilMs }: Claim, from: ExportPosition, to: ExportPosition): Promise<boolean> {
    const { count } = await this.database.run((client) =>
      client.exportCursor.updateMany({
        where: { name, claim: holder, position: formatPosition(from) },
        data: { position: formatPosition(to), claimedUntil: new Date(untilMs) },
      }),
    );
    return count === 1;
  }

  async release(name: string, holder: string): Promise<void> {
    await this.database.run((client) =>
      client.exportCursor.updateMany({ where: { name, claim: holder }, data: { claim: null, claimedUntil: null } }),
    );
  }

  async #take({ name, holder, nowMs, untilMs }: Claim): Promise<boolean> {
    const free = [{ claim: null }, { claim: holder }, { claimedUntil: { lt: new Date(nowMs) } }];
    const { count } = await this.database.run((client) =>
      client.exportCursor.updateMany({
        where: { name, OR: free },
        data: { claim: holder, claimedUntil: new Date(untilMs) },
      }),
    );
    return count === 1;
  }

  async #create({ name, holder, untilMs }: Claim): Promise<boolean> {
    const data = { name, position: formatPosition(exportStart), claim: holder, claimedUntil: new Date(untilMs) };
    try {
      await this.database.run((client) => client.exportCursor.create({ data }));
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }
}
