/** Where a team's requests are logged besides: kept with the team, credentials sealed, and shown without them. */
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Actor } from '../writes/actor.js';
import { SECRET_SEALER, type SecretSealer } from './secret-sealer.js';
import { json, settingsOf, type StoredCallback } from './stored-team.js';
import type { TeamAnswer } from './team-answers.js';
import { secretVariables, type CallbackBody } from './team-callback.dto.js';
import { TeamReads } from './team-reads.service.js';
import { TeamWrites, type TeamChange } from './team-writes.service.js';

const reference = 'os.environ/';
const masked = '***REDACTED***';

@Injectable()
export class TeamCallbacks {
  constructor(
    private readonly writes: TeamWrites,
    private readonly reads: TeamReads,
    @Optional() @Inject(SECRET_SEALER) private readonly sealer?: SecretSealer,
  ) {}

  async show(teamId: string, principal: Principal): Promise<object> {
    const callbacks = settingsOf(await this.reads.administered(teamId, principal)).callbacks ?? [];
    const vars = Object.assign({}, ...callbacks.map(shownVars)) as Record<string, string>;
    return { status: 'success', data: { team_id: teamId, ...events(callbacks), callback_vars: vars } };
  }

  async add(teamId: string, body: CallbackBody, actor: Actor): Promise<object> {
    const type = body.callback_type ?? 'success_and_failure';
    // Sealed before the transaction begins: it is repeated where it loses against others.
    const callback = {
      callback_name: body.callback_name,
      callback_type: type,
      ...(await this.#vars(teamId, body, actor)),
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
        before: before.map(shown),
        after: callbacks.map(shown),
      });
      return callbacks;
    });
  }

  async #vars(
    teamId: string,
    { callback_name: name, callback_vars: vars }: CallbackBody,
    { principal }: Actor,
  ): Promise<Pick<StoredCallback, 'callback_vars' | 'sealed_vars'>> {
    const plain: Record<string, string> = {};
    const sealed: Record<string, string> = {};
    for (const [variable, value] of Object.entries(vars)) {
      if (value.startsWith(reference)) {
        if (principal.role !== 'proxy_admin')
          throw refused(variable, 'may refer to the environment for proxy admins alone');
        plain[variable] = value;
      } else if (!isSecret(variable)) {
        plain[variable] = value;
      } else if (this.sealer) {
        sealed[variable] = await this.sealer.seal(value, `teams.settings/${teamId}/${name}/${variable}`);
      } else {
        throw refused(variable, 'cannot be stored: this installation has no encryption key for what it keeps');
      }
    }
    return { callback_vars: plain, sealed_vars: sealed };
  }
}

function isSecret(variable: string): boolean {
  return (secretVariables as readonly string[]).includes(variable);
}

function shownVars({ callback_vars, sealed_vars }: StoredCallback): Record<string, string> {
  return { ...callback_vars, ...Object.fromEntries(Object.keys(sealed_vars).map((name) => [name, masked])) };
}

function shown(callback: StoredCallback): object {
  const { callback_name, callback_type } = callback;
  return { callback_name, callback_type, callback_vars: shownVars(callback) };
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
