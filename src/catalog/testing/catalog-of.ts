/** For tests: configurations and snapshots from YAML text, without a file in sight. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProblems } from '../../config/config-problem.js';
import type { GatewayConfig } from '../../config/gateway-config.js';
import { loadConfig } from '../../config/load-config.js';
import type { ProviderDefinition, ProviderRegistry } from '../../core/spec/provider.js';
import { buildSnapshot } from '../build-snapshot.js';
import type { CatalogSnapshot } from '../catalog-snapshot.js';
import type { ConfigModelRow, StoredCredential, StoredGuardrail } from '../config-model-source.js';

export const testMasterKey = 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c';

const definition = (id: string, more: Partial<ProviderDefinition> = {}): ProviderDefinition => ({
  id,
  displayName: id,
  env: { apiKey: [`${id.toUpperCase()}_API_KEY`], baseUrl: [`${id.toUpperCase()}_BASE_URL`] },
  defaultBaseUrl: `https://${id}.example/v1`,
  needsApiKey: true,
  authenticate: (request) => request,
  ...more,
});

const definitions = [
  definition('openai'),
  definition('anthropic', { defaultBaseUrl: 'https://anthropic.example' }),
  definition('groq'),
  definition('custom_openai', { defaultBaseUrl: undefined }),
  definition('lm_studio', { needsApiKey: false }),
  definition('cloud', {
    env: {
      settings: { cloud_region: ['CLOUD_REGION', 'REGION'] },
      credentials: { accessKey: ['CLOUD_KEY'], session: ['CLOUD_SESSION'] },
    },
    defaultBaseUrl: undefined,
    needsApiKey: false,
    locate: ({ cloud_region: region }, configured) =>
      configured ?? (typeof region === 'string' ? `https://${region}.cloud.example/v1` : undefined),
  }),
  definition('demo', {
    env: {},
    defaultBaseUrl: undefined,
    needsApiKey: false,
    local: {
      answer: () => {
        throw new Error('no test asks it');
      },
    },
  }),
];

export const testRegistry: ProviderRegistry = {
  find: (id) => definitions.find((known) => known.id === id) ?? null,
  ids: definitions.map(({ id }) => id),
};

export function configOf(yaml: string, environment: Record<string, string> = {}): GatewayConfig {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-catalog-'));
  try {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, yaml);
    return loadConfig(path, { TOLLGATE_MASTER_KEY: testMasterKey, ...environment });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface CatalogUnderTest {
  readonly catalog: CatalogSnapshot;
  /** As they are printed, without the file and the line; a database row is named. */
  readonly problems: readonly string[];
}

export function catalogOf(
  yaml: string,
  environment: Record<string, string> = { OPENAI_API_KEY: 'sk-env' },
  rows: readonly ConfigModelRow[] = [],
  credentials: readonly StoredCredential[] = [],
  guardrails: readonly StoredGuardrail[] = [],
): CatalogUnderTest {
  const { snapshot, problems } = buildSnapshot(configOf(yaml, environment), testRegistry, rows, 1, {
    credentials,
    guardrails,
  });
  const printed = problems.map((problem) => {
    const file = problem.file.startsWith('database') ? problem.file : '';
    return describeProblems([{ ...problem, file, line: 0 }]).replace(/^: /, '');
  });
  return { catalog: snapshot, problems: printed };
}
