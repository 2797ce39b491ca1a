/** Reads and writes invitations. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../../config/ports.js';
import type { Clock } from '../../../core/spec/clock.js';
import type { DatabaseClient, Invitation, TransactionClient } from '../../../database/database-client.js';
import { DatabaseService } from '../../../database/database.service.js';

@Injectable()
export class InvitationRepository {
  constructor(
    private readonly database: DatabaseService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  find(id: string, client?: DatabaseClient): Promise<Invitation | null> {
    const where = { where: { id } };
    return client ? client.invitation.findUnique(where) : this.database.run((own) => own.invitation.findUnique(where));
  }

  /** The one with this token, where it can still be claimed. */
  async findOpen(tokenHash: string): Promise<Invitation | null> {
    const row = await this.database.run((client) => client.invitation.findUnique({ where: { tokenHash } }));
    return row !== null && !row.accepted && row.expiresAt.getTime() > this.clock.now() ? row : null;
  }

  create(
    tx: TransactionClient,
    data: Pick<Invitation, 'id' | 'userId' | 'tokenHash' | 'expiresAt'>,
    by: string,
  ): Promise<Invitation> {
    return tx.invitation.create({ data: { ...data, createdBy: by, updatedBy: by } });
  }

  /** False where it was used before, expired, or is gone: of two who claim it at once, one gets it. */
  async accept(tx: TransactionClient, id: string, by: string): Promise<boolean> {
    const now = new Date(this.clock.now());
    const { count } = await tx.invitation.updateMany({
      where: { id, accepted: false, expiresAt: { gt: now } },
      data: { accepted: true, acceptedAt: now, updatedBy: by },
    });
    return count === 1;
  }

  /** A password that is set makes the user's other links worthless. */
  async voidOthers(tx: TransactionClient, userId: string, by: string): Promise<void> {
    const now = new Date(this.clock.now());
    await tx.invitation.updateMany({
      where: { userId, accepted: false },
      data: { accepted: true, acceptedAt: now, updatedBy: by },
    });
  }

  async delete(tx: TransactionClient, id: string): Promise<void> {
    await tx.invitation.delete({ where: { id } });
  }
}
