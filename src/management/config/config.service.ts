/** Shows settings with where each comes from, and says which of them a request changes. */
import { Injectable } from '@nestjs/common';
import { whyFileOnly } from '../../config/file-only-settings.js';
import { findJsonSchema, type JsonSchema } from '../../config/json-schema.js';
import { withoutSecretParams } from '../../config/secret-params.js';
import { overlaidSections, type SettingsSection } from '../../config/settings-overlay.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { routingStrategies } from '../../core/router/routing-rules.js';
import type { Actor } from '../writes/actor.js';
import { ConfigWrites, type SettingChange } from './config-writes.service.js';
import type {
  ConfigYaml,
  Field,
  FieldInfo,
  ShownRouterSettings,
  StoredSection,
  UpdateConfigBody,
} from './config.dto.js';

@Injectable()
export class ConfigService {
  constructor(
    private readonly settings: SettingsService,
    private readonly writes: ConfigWrites,
  ) {}

  async update(body: UpdateConfigBody, actor: Actor): Promise<{ message: string }> {
    refuseFilled(
      'environment_variables',
      body.environment_variables,
      'Variables come from the process, or from the configuration file.',
    );
    refuseFilled('model_list', body.model_list, 'Add models by /model/new.');
    const changes = overlaidSections.flatMap((section) =>
      Object.entries(body[section] ?? {}).map(([name, value]) => ({ section, name, value: value ?? undefined })),
    );
    if (changes.length > 0) await this.writes.change(changes, actor);
    return { message: 'Config updated successfully' };
  }

  async changeField(name: string, value: unknown, actor: Actor): Promise<StoredSection> {
    const change: SettingChange = { section: 'general_settings', name, value: value ?? undefined };
    const stored = await this.writes.change([change], actor);
    const general = stored.filter(({ section }) => section === 'general_settings');
    const values = Object.fromEntries(general.map((setting) => [setting.name, setting.value]));
    return { param_name: 'general_settings', param_value: withoutSecretParams(values) };
  }

  /** @throws GatewayError `object_not_found` where the database does not set it */
  deleteField(name: string, actor: Actor): Promise<StoredSection> {
    if (!this.isStored('general_settings', name)) {
      const reason = `The field ${name} is not set by the database.`;
      throw new GatewayError('object_not_found', { param: 'field_name', facts: { reason } });
    }
    return this.changeField(name, undefined, actor);
  }

  fieldInfo(name: string): FieldInfo {
    const field = this.fieldsOf('general_settings').find((each) => each.field_name === name);
    if (!field) {
      const reason = `There is no field ${name} in general_settings.`;
      throw new GatewayError('object_not_found', { param: 'field_name', facts: { reason } });
    }
    const { field_value: value, field_default_value: initial, source, editable } = field;
    return { field_name: name, field_value: source === 'default' ? initial : value, source, editable };
  }

  fieldsOf(section: SettingsSection): Field[] {
    const written = this.shown(section);
    const properties = findJsonSchema([section])?.properties ?? {};
    return Object.entries(properties).map(([name, schema]) => {
      const isSet = Object.hasOwn(written, name);
      const isStored = this.isStored(section, name);
      return {
        field_name: name,
        field_type: typeOf(schema),
        field_description: schema.description ?? '',
        field_value: isSet ? written[name] : null,
        field_default_value: schema.default ?? null,
        field_options: optionsOf(name, schema),
        stored_in_db: isSet ? isStored : null,
        source: isStored ? 'db' : isSet ? 'config' : schema.default === undefined ? 'unset' : 'default',
        editable: whyFileOnly(section, name) === null,
      };
    });
  }

  yaml(): ConfigYaml {
    return {
      general_settings: this.shown('general_settings'),
      litellm_settings: this.shown('litellm_settings'),
      router_settings: this.shown('router_settings'),
    };
  }

  router(): ShownRouterSettings {
    const fields = this.fieldsOf('router_settings');
    const valued = fields.map((field) => ({ ...field, value: field.field_value ?? field.field_default_value }));
    const known = valued.filter(({ value }) => value !== null);
    return {
      fields,
      current_values: Object.fromEntries(known.map(({ field_name: name, value }) => [name, value])),
      source: Object.fromEntries(known.map(({ field_name: name, source }) => [name, source])),
    };
  }

  private shown(section: SettingsSection): Record<string, unknown> {
    return withoutSecretParams(this.settings.current().written[section]);
  }

  private isStored(section: SettingsSection, name: string): boolean {
    return this.settings.current().overlay.some((setting) => setting.section === section && setting.name === name);
  }
}

function refuseFilled(param: string, value: object | null | undefined, advice: string): void {
  if (value == null || Object.keys(value).length === 0) return;
  throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` is not taken here. ${advice}` } });
}

const typeNames: Readonly<Record<string, string>> = {
  integer: 'Integer',
  number: 'Float',
  boolean: 'Boolean',
  array: 'List',
  object: 'Dictionary',
};

/** LiteLLM's words. */
function typeOf(schema: JsonSchema): string {
  if (schema.enum) return 'Select';
  return typeNames[schema.type ?? ''] ?? 'String';
}

function optionsOf(name: string, schema: JsonSchema): string[] | null {
  if (name === 'routing_strategy') return [...routingStrategies];
  return schema.enum ? schema.enum.map(String) : null;
}
