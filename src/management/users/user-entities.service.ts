/** A user as the routes show it: the row, what it belongs to, its limits and its spend. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { DatabaseClient } from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { userView, type UserAnswer } from './user-answers.js';
import { UserHoldings } from './user-holdings.service.js';
import { UserRepository, type KnownUser } from './user.repository.js';

@Injectable()
export class UserEntities {
  constructor(
    readonly users: UserRepository,
    readonly limits: LimitDefinitions,
    readonly holdings: UserHoldings,
  ) {}

  async view(client: DatabaseClient, id: string): Promise<UserAnswer> {
    const user = await this.users.find(id, client);
    if (!user) throw new GatewayError('internal', { detail: 'A user is gone within a transaction that has it.' });
    return this.viewOf(client, user);
  }

  async viewOf(client: DatabaseClient, user: KnownUser): Promise<UserAnswer> {
    const [view] = await this.viewsOf(client, [user]);
    return view ?? userView(user);
  }

  async viewsOf(client: DatabaseClient, users: readonly KnownUser[]): Promise<UserAnswer[]> {
    const states = await this.limits.read(
      client,
      users.map(({ id }) => ownerOf('user', id)),
    );
    return users.map((user) => userView(user, states.get(ownerOf('user', user.id))));
  }
}
