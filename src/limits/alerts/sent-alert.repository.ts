/** Remembers which alerts were sent, so that of many processes one sends each, once a day. */
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../database/database-errors.js';
import { DatabaseService } from '../../database/database.service.js';

@Injectable()
export class SentAlertRepository {
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
}
