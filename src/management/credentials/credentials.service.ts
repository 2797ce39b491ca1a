/** Stores, changes, deletes and shows credentials; what names one is served with its new values by every process within two seconds. */
import { Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { readCredentialValues } from '../../config/credential-list.js';
import { findReferencesIn } from '../../config/environment-references.js';
import { secretMask, withoutSecretParams } from '../../config/secret-params.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { credentialTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import type {
  CredentialsQuery,
  Done,
  NewCredentialBody,
  ShownCredential,
  ShownCredentials,
  UpdateCredentialBody,
} from './credential.dto.js';
import { CredentialRepository, type Members, type OpenCredential } from './credential.repository.js';

@Injectable()
export class CredentialsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly settings: SettingsService,
    private readonly catalog: CatalogService,
    private readonly credentials: CredentialRepository,
  ) {}

  /** @throws GatewayError `invalid_request`, `conflict`, `no_encryption_key` */
  async add(body: NewCredentialBody, actor: Actor): Promise<Done> {
    const { credential_name: name } = body;
    this.refuseOfFile(name);
    const values = patched({}, body.credential_values);
    const info = infoOf({}, body);
    check(values);
    try {
      await this.writes.run(actor, async (write) => {
        const { tx } = write;
        const row = await this.credentials.create(tx, name, values, info, actor.name);
        write.audit({
          action: 'credential.new',
          objectKind: 'credential',
          objectId: name,
          after: viewOf({ row, values, info }),
        });
        write.changed(credentialTopic, name);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `A credential ${name} exists. Change it by PATCH /credentials/${name}, or delete it first.`;
      throw new GatewayError('conflict', { param: 'credential_name', facts: { reason }, cause: error });
    }
    await this.catalog.refresh();
    return { success: true, message: 'Credential created successfully' };
  }

  /** @throws GatewayError `object_not_found`, `conflict`, `invalid_request`, `no_encryption_key` */
  async update(name: string, body: UpdateCredentialBody, actor: Actor): Promise<Done> {
    this.refuseOfFile(name);
    if (body.credential_name != null && body.credential_name !== name) {
      const reason = '`credential_name`: a credential keeps its name. Store another one, and delete this one.';
      throw new GatewayError('invalid_request', { param: 'credential_name', facts: { reason } });
    }
    await this.writes.run(actor, async (write) => {
      const { tx } = write;
      const before = await this.credentials.find(name, tx);
      if (!before) throw missing(name);
      if (before.values === null) throw unopened(name);
      const gone = Object.fromEntries((body.credential_values_to_delete ?? []).map((key) => [key, null]));
      const values = patched(patched(before.values, gone), body.credential_values);
      const info = infoOf(before.info, body);
      check(values);
      const row = await this.credentials.update(tx, name, values, info, actor.name);
      const views = { before: viewOf(before), after: viewOf({ row, values, info }) };
      write.audit({ action: 'credential.update', objectKind: 'credential', objectId: name, ...views });
      write.changed(credentialTopic, name);
    });
    await this.catalog.refresh();
    return { success: true, message: 'Credential updated successfully' };
  }

  /** What names it is not served any more. */
  async delete(name: string, actor: Actor): Promise<Done> {
    this.refuseOfFile(name);
    await this.writes.run(actor, async (write) => {
      const { tx } = write;
      const before = await this.credentials.find(name, tx);
      if (!before) throw missing(name);
      await this.credentials.delete(tx, name);
      write.audit({ action: 'credential.delete', objectKind: 'credential', objectId: name, before: viewOf(before) });
      write.changed(credentialTopic, name);
    });
    await this.catalog.refresh();
    return { success: true, message: 'Credential deleted successfully' };
  }

  /** Those of the file, which are few, stand on every first page. */
  async list({ page, size }: CredentialsQuery): Promise<ShownCredentials> {
    const ofFile = page === 1 ? this.ofFile() : [];
    const [stored, count] = await Promise.all([
      this.credentials.page((page - 1) * size, size),
      this.credentials.count(),
    ]);
    return {
      success: true,
      credentials: [...ofFile, ...stored.map(viewOf)],
      total_count: this.ofFile().length + count,
      current_page: page,
      total_pages: Math.max(1, Math.ceil(count / size)),
    };
  }

  async get(name: string): Promise<ShownCredential> {
    const ofFile = this.ofFile().find((credential) => credential.credential_name === name);
    const stored = ofFile ? null : await this.credentials.find(name);
    const found = ofFile ?? (stored && viewOf(stored));
    if (!found) throw missing(name);
    return found;
  }

  /** What a model that is served is reached with, masked. */
  byModel(id: string): ShownCredential {
    const model = this.catalog
      .current()
      .entries()
      .find((entry) => entry.id === id);
    if (!model)
      throw new GatewayError('object_not_found', { facts: { reason: `There is no model with the id ${id}.` } });
    const names = Object.keys(model.deployment?.credentials ?? {}).map(toSnakeCase);
    const secrets: Record<string, string> = Object.fromEntries(names.map((name) => [name, secretMask]));
    const { api_base: base } = model.shownParams;
    return {
      credential_name: `${model.modelName}-credential-${id}`,
      display_name: null,
      credential_values: { ...secrets, ...(base !== undefined && { api_base: base }) },
      credential_info: {},
      source: model.isStored ? 'db' : 'config',
    };
  }

  private ofFile(): ShownCredential[] {
    return this.settings.current().credentials.map(({ name, values: { model: _model, ...values }, info }) => ({
      credential_name: name,
      display_name: null,
      credential_values: withoutSecretParams(values),
      credential_info: withoutSecretParams(info),
      source: 'config',
    }));
  }

  private refuseOfFile(name: string): void {
    if (!this.settings.current().credentials.some((credential) => credential.name === name)) return;
    const reason = `The credential ${name} stands in the configuration file. Change it there.`;
    throw new GatewayError('conflict', { param: 'credential_name', facts: { reason } });
  }
}

/** @throws GatewayError `invalid_request` that names the value at fault */
function check(values: Members): void {
  const [fault] = readCredentialValues(values).faults;
  const reference = Object.keys(values).find((key) => findReferencesIn(values[key]));
  const key = fault?.key ?? reference;
  if (key === undefined) {
    if (Object.keys(values).length > 0) return;
    throw new GatewayError('invalid_request', {
      param: 'credential_values',
      facts: { reason: '`credential_values`: at least one value has to stay. Delete the credential instead.' },
    });
  }
  const message =
    fault?.message ??
    '`os.environ/` is not resolved here. Write the value itself, or use `credential_list` of the configuration file';
  const param = `credential_values.${key}`;
  throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\`: ${message}` } });
}

function patched(members: Members, patch: Members | null | undefined): Record<string, unknown> {
  // What was shown masked and comes back has not changed.
  const meant = Object.entries({
    ...members,
    ...Object.fromEntries(Object.entries(patch ?? {}).filter(([, value]) => value !== secretMask)),
  });
  return Object.fromEntries(meant.filter(([, value]) => value !== null && value !== undefined));
}

const displayName = 'display_name';

/** The name for people stands among the facts. */
function infoOf(
  members: Members,
  { credential_info: info, display_name: shown }: UpdateCredentialBody,
): Record<string, unknown> {
  return patched(members, { ...info, ...(shown !== undefined && { [displayName]: shown === '' ? null : shown }) });
}

function viewOf({ row, values, info: { [displayName]: shown, ...info } }: OpenCredential): ShownCredential {
  return {
    credential_name: row.name,
    display_name: typeof shown === 'string' ? shown : null,
    credential_values: withoutSecretParams(values ?? {}),
    credential_info: withoutSecretParams(info),
    source: 'db',
  };
}

function missing(name: string): GatewayError {
  return new GatewayError('object_not_found', {
    facts: { reason: `Credential not found. Got credential name: ${name}` },
  });
}

function unopened(name: string): GatewayError {
  const reason = `The values of the credential ${name} cannot be opened. Delete it, and store it again.`;
  return new GatewayError('conflict', { facts: { reason } });
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
