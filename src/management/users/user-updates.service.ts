/** The two ways in which updates come: one user, or many, each by itself. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { DatabaseService } from '../../database/database.service.js';
import type { Actor } from '../writes/actor.js';
import { UserPasswords } from './passwords/user-passwords.service.js';
import type { BulkUpdateAnswer, UpdateResult, UpdatedUser } from './user-answers.js';
import { UserChanges } from './user-changes.service.js';
import { forbidden, foreignUser } from './user-rules.js';
import type { BulkUpdateBody, UpdateUserBody } from './user.dto.js';
import { UserRepository } from './user.repository.js';

/** With more users than this, `all_users` is refused: update them in parts. */
const mostAtOnce = 500;

@Injectable()
export class UserUpdates {
  constructor(
    private readonly users: UserRepository,
    private readonly changes: UserChanges,
    private readonly passwords: UserPasswords,
    private readonly database: DatabaseService,
  ) {}

  async update(body: UpdateUserBody, actor: Actor): Promise<UpdatedUser> {
    const id = body.user_id ?? (await this.#idOf(body, actor));
    return this.changes.update(id, { body, passwordHash: await this.#hash(id, body, actor) }, actor);
  }

  /** One that fails changes nothing and stops none of the others. */
  async updateMany(body: BulkUpdateBody, actor: Actor): Promise<BulkUpdateAnswer> {
    const updates = await this.#listed(body, actor);
    const results: UpdateResult[] = [];
    for (const each of updates) results.push(await this.#tried(each, actor));
    const failed = results.filter(({ success }) => !success).length;
    return {
      results,
      total_requested: updates.length,
      successful_updates: results.length - failed,
      failed_updates: failed,
    };
  }

  async #tried(body: UpdateUserBody, actor: Actor): Promise<UpdateResult> {
    const named = { user_id: body.user_id ?? null, user_email: body.user_email ?? null };
    try {
      const { user_id: id, data } = await this.update(body, actor);
      return { user_id: id, user_email: data.user_email, success: true, error: null, updated_user: data };
    } catch (error) {
      // An outage ends them all; what is said of the others is said in their result.
      if (!(error instanceof GatewayError) || error.status >= 500) throw error;
      return { ...named, success: false, error: error.message, updated_user: null };
    }
  }

  async #listed({ users, all_users: all, user_updates: updates }: BulkUpdateBody, actor: Actor) {
    if (users && all) throw invalid("Cannot specify both 'users' and 'all_users'. Choose one.", 'users');
    if (users) return users;
    if (!all || !updates) throw invalid("Give 'users', or 'all_users: true' with 'user_updates'.", 'users');
    if (actor.principal.role !== 'proxy_admin')
      throw forbidden('Only proxy admins can update all users at once.', 'all_users');
    const rows = await this.database.run((client) =>
      client.user.findMany({ select: { id: true }, orderBy: { id: 'asc' }, take: mostAtOnce + 1 }),
    );
    if (rows.length > mostAtOnce)
      throw invalid(`There are more than ${mostAtOnce} users. Update them in parts, by 'users'.`, 'all_users');
    return rows.map(({ id }): UpdateUserBody => ({ ...updates, user_id: id }));
  }

  async #idOf({ user_email: email }: UpdateUserBody, actor: Actor): Promise<string> {
    if (email == null) throw invalid('Either user id or user email must be provided.', 'user_id');
    const id = await this.users.findIdByEmail(email);
    if (id !== null) return id;
    if (actor.principal.role !== 'proxy_admin') throw foreignUser();
    const reason = 'There is no user with this user_email. Make one by /user/new.';
    throw new GatewayError('object_not_found', { param: 'user_email', facts: { reason } });
  }

  async #hash(id: string, body: UpdateUserBody, actor: Actor): Promise<string | undefined> {
    if (typeof body.password !== 'string') return undefined;
    const user = await this.changes.check(id, body, actor);
    return this.passwords.hashFor(user.row, body.password);
  }
}

function invalid(reason: string, param: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
