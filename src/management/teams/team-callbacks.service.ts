/** Where a team's requests are logged besides. Credentials are not kept: a callback refers to the operator's environment for them. */
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Actor } from '../writes/actor.js';
import { json, settingsOf, type StoredCallback } from './stored-team.js';
import type { TeamAnswer } from './team-answers.js';
import { secretVariables, type CallbackBody } from './team-callback.dto.js';
import { TeamReads } from './team-reads.service.js';
import { TeamWrites, type TeamChange } from './team-writes.service.js';

const reference = 'os.environ/';

@Injectable()
export class TeamCallbacks {
  constructor(
    private readonly writes: TeamWrites,
    private readonly reads: TeamReads,
  ) {}

  async show(teamId: string, principal: Principal): Promise<object> {
    const callbacks = settingsOf(await this.reads.administered(teamId, principal)).callbacks ?? [];
    const vars = Object.assign({}, ...callbacks.map(({ callback_vars }) => callback_vars)) as Record<string, string>;
    return { status: 'success', data: { team_id: teamId, ...events(callbacks), callback_vars: vars } };
  }

  async add(teamId: string, body: CallbackBody, actor: Actor): Promise<object> {
    const type = body.callback_type ?? 'success_and_failure';
    checkVars(body, actor);
    const callback = {
      callback_name: body.callback_name,
      callback_type: type,
      callback_vars: body.callback_vars,
    };
    const { team } = await this.#change('team.callback_add', teamId, actor, (callbacks) => {
      if (callbacks.some((each) => each.callback_name === callback.callback_name && each.callback_type === type)) {
        const reason = `The team has the callback ${callback.callback_name} for ${type} already. Delete it first.`;
        throw new GatewayError('invalid_request', { param: 'callback_name', facts: { reason } });
      }
      return [...callbacks, callback];
    });
    return { status: 'success', data: team };
  }

  async remove(teamId: string, name: string, actor: Actor): Promise<object> {
    const { result } = await this.#change('team.callback_delete', teamId, actor, (callbacks) => {
      const left = callbacks.filter((each) => each.callback_name !== name);
      if (left.length < callbacks.length) return left;
      const reason = `callback_name = ${name} is not registered for team_id = ${teamId}.`;
      throw new GatewayError('object_not_found', { param: 'callback_name', facts: { reason } });
    });
    const message = `Callback ${name} removed for team ${teamId}`;
    return { status: 'success', message, data: { team_id: teamId, ...events(result) } };
  }

  async removeAll(teamId: string, actor: Actor): Promise<object> {
    const { result } = await this.#change('team.disable_logging', teamId, actor, () => []);
    const message = `Logging disabled for team ${teamId}`;
    return { status: 'success', message, data: { team_id: teamId, ...events(result) } };
  }

  #change(
    action: string,
    teamId: string,
    actor: Actor,
    next: (callbacks: readonly StoredCallback[]) => readonly StoredCallback[],
  ): Promise<{ readonly result: readonly StoredCallback[]; readonly team: TeamAnswer }> {
    return this.writes.change(actor, action, teamId, async ({ write, team }: TeamChange) => {
      const settings = settingsOf(team);
      const before = settings.callbacks ?? [];
      const callbacks = next(before);
      await write.tx.team.update({
        where: { id: teamId },
        data: { settings: json({ ...settings, callbacks: callbacks.map((each) => ({ ...each })) }) },
      });
      write.audit({
        action,
        objectKind: 'team_callbacks',
        objectId: teamId,
        before,
        after: callbacks,
      });
      return callbacks;
    });
  }
}

/** @throws GatewayError `invalid_request` for a credential, and for a reference to the environment that is not an admin's */
function checkVars({ callback_vars: vars }: CallbackBody, { principal }: Actor): void {
  for (const [variable, value] of Object.entries(vars)) {
    if (value.startsWith(reference)) {
      if (principal.role !== 'proxy_admin')
        throw refused(variable, 'may refer to the environment for proxy admins alone');
    } else if (isSecret(variable)) {
      throw refused(variable, 'is a credential, and is not stored. Have a proxy admin write `os.environ/NAME`');
    }
  }
}

function isSecret(variable: string): boolean {
  return (secretVariables as readonly string[]).includes(variable);
}

function events(callbacks: readonly StoredCallback[]): { success_callbacks: string[]; failure_callbacks: string[] } {
  const of = (other: StoredCallback['callback_type']): string[] => [
    ...new Set(
      callbacks.filter(({ callback_type }) => callback_type !== other).map(({ callback_name }) => callback_name),
    ),
  ];
  return { success_callbacks: of('failure'), failure_callbacks: of('success') };
}

function refused(variable: string, what: string): GatewayError {
  const reason = `\`callback_vars.${variable}\` ${what}.`;
  return new GatewayError('invalid_request', { param: `callback_vars.${variable}`, facts: { reason } });
}
