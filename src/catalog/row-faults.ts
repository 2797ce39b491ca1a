/** Says of one row, before it is stored, what would keep it from being served. */
import type { GatewayConfig } from '../config/gateway-config.js';
import type { ConfigProblem } from '../config/config-problem.js';
import { readForeignGuardrail } from '../config/guardrail-entry.js';
import { readForeignModelEntry } from '../config/read-models.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { ProviderRegistry } from '../core/spec/provider.js';
import { Egress } from '../core/transport/egress.js';
import { readRows } from './build-snapshot.js';
import type { ConfigModelRow, StoredCredential, StoredGuardrail } from './config-model-source.js';
import { CredentialBook } from './credential-book.js';
import { buildModels, namesAddress } from './deployment-factory.js';
import { cannotWork, guardrailRowName, guardrailRowValue } from './guardrail-definition.js';
import { registryFor } from './own-providers.js';

export interface RowFault {
  /** Of the member at fault; empty for the row as a whole. */
  readonly path: string;
  readonly message: string;
}

export function findRowFaults(
  row: ConfigModelRow,
  config: GatewayConfig,
  registry: ProviderRegistry,
  stored: readonly StoredCredential[],
): readonly RowFault[] {
  const { environment, requests, general } = config;
  const { id, modelName, litellmParams, modelInfo } = row;
  const value = { model_name: modelName, litellm_params: litellmParams, model_info: modelInfo };
  const read = readForeignModelEntry(value, `model ${id}`);
  if (read.entry === null) return read.problems.map(({ path, message }) => ({ path, message }));
  const { entries, problems } = readRows([row], config.models);
  const filled = new CredentialBook(config.credentials, stored).fill(entries, 'database');
  const context = { registry: registryFor(config, registry), environment, requests };
  const built = buildModels(filled.entries, 'restricted', context);
  if (built.models.length === 0)
    return [...problems, ...filled.problems, ...built.problems].map(({ path, message }) => ({
      path,
      message: withoutVerdict(message),
    }));
  const address = built.models[0]?.deployment?.endpoint;
  if (!address?.origin || !filled.entries.some(namesAddress)) return [];
  return findAddressFault(`${address.origin}${address.basePath}`, new Egress(general.egress));
}

/** @param check what the rooms find wrong in a snapshot with this guardrail alone */
export function findGuardrailFaults(row: StoredGuardrail, check: () => readonly ConfigProblem[]): readonly RowFault[] {
  const source = guardrailRowName(row.id);
  const { problems } = readForeignGuardrail(guardrailRowValue(row), source);
  if (problems.length > 0) return problems.map(({ path, message }) => ({ path, message }));
  return check()
    .filter(({ file, message }) => file === source && message.startsWith(cannotWork))
    .map(({ path, message }) => ({ path, message: message.slice(cannotWork.length) }));
}

/** A name that only leads to a private address is refused when a connection is made. */
function findAddressFault(address: string, egress: Egress): readonly RowFault[] {
  try {
    egress.checkUrl(address, 'restricted');
    return [];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const message = 'the address may not be reached from here. An operator can allow it by `general_settings.egress`.';
    return [{ path: 'litellm_params.api_base', message }];
  }
}

/** "skipped" and "inactive" are said of what is stored. */
function withoutVerdict(message: string): string {
  return message.replace(/^(?:skipped|inactive): /, '');
}
