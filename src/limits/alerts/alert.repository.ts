/** Remembers which alerts were sent, so that of many processes one sends each, once a day; and how owners are called. */
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../database/database-errors.js';
import { DatabaseService } from '../../database/database.service.js';
import { idOf, kindOf } from '../definitions/owner.js';

export interface AlertOwner {
  readonly alias: string | undefined;
  readonly emails: readonly string[];
}

const nameless: AlertOwner = { alias: undefined, emails: [] };

@Injectable()
export class AlertRepository {
  constructor(private readonly database: DatabaseService) {}

  /** True for the one who is to send it now. */
  async claim(id: string, now: Date, quietUntil: Date): Promise<boolean> {
    const { count } = await this.database.run((client) =>
      client.sentAlert.updateMany({ where: { id, quietUntil: { lte: now } }, data: { sentAt: now, quietUntil } }),
    );
    if (count === 1) return true;
    try {
      await this.database.run((client) => client.sentAlert.create({ data: { id, sentAt: now, quietUntil } }));
      return true;
    } catch (error) {
      // Somebody has sent it, or is sending it.
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** It could not be sent: whoever comes next is to try. */
  async giveBack(id: string, quietUntil: Date): Promise<void> {
    await this.database.run((client) => client.sentAlert.deleteMany({ where: { id, quietUntil } }));
  }

  async prune(before: Date): Promise<void> {
    await this.database.run((client) => client.sentAlert.deleteMany({ where: { quietUntil: { lt: before } } }));
  }

  /** How an owner is called, and who wants to hear of it by mail. */
  async ownerOf(owner: string): Promise<AlertOwner> {
    const id = idOf(owner);
    switch (kindOf(owner)) {
      case 'key':
        return this.database.run(async (client) => {
          const row = await client.virtualKey.findUnique({
            where: { token: id },
            select: { keyAlias: true, metadata: true },
          });
          return { alias: row?.keyAlias ?? undefined, emails: emailsIn(row?.metadata) };
        });
      case 'team':
        return this.database.run(async (client) => {
          const row = await client.team.findUnique({ where: { id }, select: { alias: true, metadata: true } });
          return { alias: row?.alias ?? undefined, emails: emailsIn(row?.metadata) };
        });
      case 'user':
        return this.database.run(async (client) => {
          const row = await client.user.findUnique({ where: { id }, select: { alias: true, email: true } });
          return { alias: row?.alias ?? undefined, emails: row?.email ? [row.email] : [] };
        });
      case 'organization':
        return this.database.run(async (client) => {
          const row = await client.organization.findUnique({ where: { id }, select: { alias: true } });
          return { alias: row?.alias, emails: [] };
        });
      default:
        return nameless;
    }
  }
}

/** LiteLLM's `metadata.soft_budget_alerting_emails`: a list, or a text with commas. */
function emailsIn(metadata: unknown): readonly string[] {
  const { soft_budget_alerting_emails: given } = Object(metadata) as { readonly soft_budget_alerting_emails?: unknown };
  const list: readonly unknown[] = typeof given === 'string' ? given.split(',') : Array.isArray(given) ? given : [];
  return list
    .filter((email) => typeof email === 'string')
    .map((email) => email.trim())
    .filter((email) => /^[^\s@,]+@[^\s@,]+$/.test(email));
}
