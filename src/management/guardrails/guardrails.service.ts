/** Adds, changes, deletes and shows guardrails, each checked as an entry of the file is; what is stored is in force in every process within two seconds. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { Principal } from '../../auth/principal.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { shownGuardrail, type GuardrailDefinition } from '../../catalog/guardrail-definition.js';
import { secretMask, withoutSecretParams } from '../../config/secret-params.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { guardrailTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { TransactionClient } from '../../database/database-client.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import type {
  DeletedGuardrail,
  PatchGuardrailBody,
  ShownGuardrail,
  ShownGuardrails,
  WholeGuardrailBody,
} from './guardrail.dto.js';
import { GuardrailRepository, type GuardrailFields, type Members, type OpenGuardrail } from './guardrail.repository.js';

@Injectable()
export class GuardrailsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly catalog: CatalogService,
    private readonly guardrails: GuardrailRepository,
  ) {}

  /** @throws GatewayError `invalid_request`, `conflict`, `no_encryption_key` */
  add({ guardrail }: WholeGuardrailBody, actor: Actor): Promise<ShownGuardrail> {
    const id = randomUUID();
    const given = fieldsOf(guardrail);
    this.check(id, given);
    return this.write(actor, given.name, async (tx) => {
      const row = await this.guardrails.create(tx, id, given, actor.name);
      return { action: 'guardrail.new', after: viewOf({ row, ...given }) };
    });
  }

  /** Everything anew; what comes back masked stays as it is. @throws GatewayError `object_not_found`, and what `add` throws */
  replace(id: string, { guardrail }: WholeGuardrailBody, actor: Actor): Promise<ShownGuardrail> {
    if (guardrail.guardrail_id != null && guardrail.guardrail_id !== id) {
      const reason = '`guardrail.guardrail_id` is another one than that of the path. Leave it out.';
      throw new GatewayError('invalid_request', { param: 'guardrail.guardrail_id', facts: { reason } });
    }
    const given = fieldsOf(guardrail);
    return this.change(id, actor, given.name, ({ params, isClosed }) => ({
      ...given,
      params: isClosed ? given.params : withSecretsOf(params, given.params),
    }));
  }

  /** @throws GatewayError `object_not_found`, and what `add` throws */
  patch(id: string, patch: PatchGuardrailBody, actor: Actor): Promise<ShownGuardrail> {
    return this.change(id, actor, patch.guardrail_name ?? undefined, (before) => {
      if (before.isClosed) throw unopened(id);
      const params = withSecretsOf(before.params, patch.litellm_params ?? {});
      return {
        name: patch.guardrail_name ?? before.name,
        params: withoutNulls({ ...before.params, ...params }),
        info: withoutNulls({ ...before.info, ...patch.guardrail_info }),
      };
    });
  }

  /** Requests, keys and teams that name it are told so. */
  async delete(id: string, actor: Actor): Promise<DeletedGuardrail> {
    await this.write(actor, undefined, async (tx) => {
      const before = await this.stored(tx, id);
      await this.guardrails.delete(tx, id);
      return { action: 'guardrail.delete', before: viewOf(before) };
    });
    return { message: `Guardrail ${id} deleted successfully`, guardrail_id: id };
  }

  /** Callers who administer nothing see what they may ask for, and nothing of how it is done. */
  async list(principal: Principal): Promise<ShownGuardrails> {
    const { everything } = await this.scopes.of(principal);
    if (everything === 'none') return { guardrails: this.catalog.current().guardrails.map(forCallers) };
    return { guardrails: [...this.ofFile(), ...(await this.guardrails.list()).map(viewOf)] };
  }

  async get(id: string): Promise<ShownGuardrail> {
    const ofFile = this.ofFile().find((guardrail) => guardrail.guardrail_id === id);
    const stored = ofFile ? null : await this.guardrails.find(id);
    const found = ofFile ?? (stored && viewOf(stored));
    if (!found) throw missing(id);
    return found;
  }

  private change(
    id: string,
    actor: Actor,
    name: string | undefined,
    next: (before: OpenGuardrail) => GuardrailFields,
  ): Promise<ShownGuardrail> {
    return this.write(actor, name, async (tx) => {
      const before = await this.stored(tx, id);
      const fields = next(before);
      this.check(id, fields);
      const row = await this.guardrails.update(tx, id, fields, actor.name);
      return { action: 'guardrail.update', before: viewOf(before), after: viewOf({ row, ...fields }) };
    });
  }

  /** One audited change of one guardrail; it is in force here before the caller hears of it, and elsewhere by the change feed. */
  private async write<View extends { readonly before?: ShownGuardrail; readonly after?: ShownGuardrail }>(
    actor: Actor,
    name: string | undefined,
    work: (tx: TransactionClient) => Promise<View & { readonly action: string }>,
  ): Promise<NonNullable<View['after']>> {
    try {
      const after = await this.writes.run(actor, async (write) => {
        const { action, before, after: made } = await work(write.tx);
        const objectId = (made ?? before)?.guardrail_id ?? '';
        write.audit({ action, objectKind: 'guardrail', objectId, before, after: made });
        write.changed(guardrailTopic, objectId);
        return made;
      });
      await this.catalog.refresh();
      return after as NonNullable<View['after']>;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `A guardrail ${name} exists. Change it by PATCH /guardrails/ID, or choose another name.`;
      throw new GatewayError('conflict', { param: 'guardrail_name', facts: { reason }, cause: error });
    }
  }

  private async stored(tx: TransactionClient, id: string): Promise<OpenGuardrail> {
    const found = await this.guardrails.find(id, tx);
    if (found) return found;
    if (!this.ofFile().some((guardrail) => guardrail.guardrail_id === id)) throw missing(id);
    const reason = `The guardrail ${id} stands in the configuration file. Change it there.`;
    throw new GatewayError('conflict', { facts: { reason } });
  }

  private check(id: string, fields: GuardrailFields): void {
    const masked = Object.keys(fields.params).find((name) => JSON.stringify(fields.params[name]).includes(quotedMask));
    if (masked !== undefined)
      throw refused(`litellm_params.${masked}`, `is masked (\`${secretMask}\`). Write the value itself.`);
    if (this.ofFile().some(({ guardrail_name: name }) => name === fields.name)) {
      const reason = `A guardrail ${fields.name} stands in the configuration file. Choose another name.`;
      throw new GatewayError('conflict', { param: 'guardrail_name', facts: { reason } });
    }
    const [fault] = this.catalog.findGuardrailFaults({ id, ...fields });
    if (fault) throw refused(fault.path, fault.message);
  }

  private ofFile(): ShownGuardrail[] {
    return this.catalog
      .current()
      .guardrails.filter(({ source }) => source === 'file')
      .map(viewOfDefinition);
  }
}

const quotedMask = JSON.stringify(secretMask);

function fieldsOf({
  guardrail_name: name,
  litellm_params: params,
  guardrail_info: info,
}: WholeGuardrailBody['guardrail']): GuardrailFields {
  return { name, params: withoutNulls(params), info: withoutNulls(info ?? {}) };
}

function withoutNulls(members: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));
}

/** What was shown masked and comes back has not changed. */
function withSecretsOf(stored: Members, given: Members): Record<string, unknown> {
  const shown = withoutSecretParams(stored);
  const isUnchanged = (name: string, value: unknown): boolean =>
    Object.hasOwn(stored, name) && JSON.stringify(value) === JSON.stringify(shown[name]);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, isUnchanged(name, value) ? stored[name] : value]),
  );
}

function viewOf({ row, name, params, info }: GuardrailFields & Pick<OpenGuardrail, 'row'>): ShownGuardrail {
  return {
    guardrail_id: row.id,
    guardrail_name: name,
    litellm_params: withoutSecretParams(params),
    guardrail_info: withoutSecretParams(info),
    guardrail_definition_location: 'db',
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function viewOfDefinition(definition: GuardrailDefinition): ShownGuardrail {
  const { params, info } = shownGuardrail(definition);
  return {
    guardrail_id: definition.id,
    guardrail_name: definition.name,
    litellm_params: { ...params },
    guardrail_info: { ...info },
    guardrail_definition_location: definition.source === 'file' ? 'config' : 'db',
    created_at: null,
    updated_at: null,
  };
}

/** Of the parameters only what tells whether to ask for it. */
function forCallers(definition: GuardrailDefinition): ShownGuardrail {
  const { guardrail, mode, default_on: isDefault } = definition.shownParams;
  return { ...viewOfDefinition(definition), litellm_params: { guardrail, mode, default_on: isDefault ?? false } };
}

function refused(path: string, message: string): GatewayError {
  const reason = path === '' ? message : `\`${path}\`: ${message}`;
  return new GatewayError('invalid_request', { ...(path !== '' && { param: path }), facts: { reason } });
}

function missing(id: string): GatewayError {
  return new GatewayError('object_not_found', { facts: { reason: `Guardrail with ID ${id} not found` } });
}

function unopened(id: string): GatewayError {
  const reason = `The parameters of the guardrail ${id} cannot be opened. Give all of them by PUT /guardrails/${id}, or delete it.`;
  return new GatewayError('conflict', { facts: { reason } });
}
