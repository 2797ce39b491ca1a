/** The walls between the rooms hold in the sources, and every rule that guards one reports a breach of it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

interface Cruise {
  readonly violations: readonly Violation[];
  readonly modules: number;
  readonly rules: readonly string[];
}

/** Looks at src and enterprise of `folder` with the project's own configuration. */
function cruise(folder: string): Cruise {
  const args = ['--config', path.join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src', 'enterprise'];
  const report = JSON.parse(
    execFileSync(
      process.execPath,
      [path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'), ...args],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
    ),
  ) as { summary: { violations: Violation[]; totalCruised: number; ruleSetUsed: { forbidden: { name: string }[] } } };
  const { violations, totalCruised, ruleSetUsed } = report.summary;
  return { violations, modules: totalCruised, rules: ruleSetUsed.forbidden.map(({ name }) => name) };
}

/** Rule, importing file, imported file (or package). At least one breach of each rule. */
const breaches: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['no-cycles', 'src/spend/ring-a.ts', 'src/spend/ring-b.ts'],
  ['no-unresolved', 'src/spend/lost.ts', 'src/spend/nowhere.ts'],
  ['known-rooms', 'src/utils/text.ts', 'src/core/errors/catalog.ts'],
  ['core-contract-wall', 'src/core/spec/chat-adapter.ts', 'src/core/transport/execute-call.ts'],
  ['core-contract-wall', 'src/core/schema/chat.ts', 'node:fs'],
  ['core-contract-wall', 'src/core/errors/gateway-error.ts', 'undici'],
  ['core-provider-wall', 'src/core/providers/anthropic/chat.ts', 'src/core/providers/gemini/chat.ts'],
  ['core-provider-wall', 'src/core/providers/openai-compatible/engine.ts', 'src/core/providers/openai/quirks.ts'],
  ['core-provider-wall', 'src/core/providers/groq/chat.ts', 'src/core/transport/execute-call.ts'],
  ['core-provider-azure-wall', 'src/core/providers/azure/chat.ts', 'src/core/providers/gemini/chat.ts'],
  ['core-provider-vertex-wall', 'src/core/providers/vertex/chat.ts', 'src/core/providers/openai/quirks.ts'],
  ['core-provider-bedrock-wall', 'src/core/providers/bedrock/chat.ts', 'src/core/providers/gemini/chat.ts'],
  ['core-provider-sagemaker-wall', 'src/core/providers/sagemaker/chat.ts', 'src/core/providers/gemini/chat.ts'],
  ['core-registry-wall', 'src/core/providers/registry.ts', 'src/core/router/router.ts'],
  ['core-router-wall', 'src/core/router/retry.ts', 'src/core/providers/registry.ts'],
  ['core-transport-wall', 'src/core/transport/egress.ts', 'src/core/providers/registry.ts'],
  ['core-transport-wall', 'src/core/transport/pools.ts', 'src/core/pricing/cost.ts'],
  ['core-dialects-wall', 'src/core/dialects/openai/format-stream.ts', 'src/core/providers/registry.ts'],
  ['vault-wall', 'src/vault/envelope.ts', 'src/catalog/catalog.service.ts'],
  ['core-wall', 'src/core/completion.ts', 'src/config/config.service.ts'],
  ['core-packages', 'src/core/embedding.ts', '@nestjs/common'],
  ['core-packages', 'src/core/responses.ts', 'rxjs'],
  ['config-wall', 'src/config/bad.ts', 'src/database/database.service.ts'],
  ['database-wall', 'src/database/bad.ts', 'src/clients/client-cache.service.ts'],
  ['observability-wall', 'src/observability/bad.ts', 'src/clients/client-cache.service.ts'],
  ['http-wall', 'src/http/bad.ts', 'src/gateway/sse-writer.ts'],
  ['clients-wall', 'src/clients/bad.ts', 'src/database/database.service.ts'],
  ['redis-wall', 'src/redis/bad.ts', 'src/database/database.service.ts'],
  ['catalog-wall', 'src/catalog/bad.ts', 'src/clients/client-cache.service.ts'],
  ['caching-wall', 'src/caching/bad.ts', 'src/gateway/sse-writer.ts'],
  ['spend-wall', 'src/spend/bad.ts', 'src/limits/limits.service.ts'],
  ['auth-wall', 'src/auth/bad.ts', 'src/management/keys.service.ts'],
  ['limits-wall', 'src/limits/bad.ts', 'src/gateway/sse-writer.ts'],
  ['objects-wall', 'src/objects/bad.ts', 'src/auth/auth.service.ts'],
  ['guardrails-wall', 'src/guardrails/bad.ts', 'src/database/database.service.ts'],
  ['gateway-wall', 'src/gateway/bad.ts', 'src/database/database.service.ts'],
  ['passthrough-wall', 'src/passthrough/bad.ts', 'src/management/keys.service.ts'],
  ['management-wall', 'src/management/bad.ts', 'src/gateway/sse-writer.ts'],
  ['health-wall', 'src/health/bad.ts', 'src/management/keys.service.ts'],
  ['enterprise-door', 'src/main.ts', 'enterprise/licence.ts'],
  ['no-tests-in-the-product', 'src/gateway/borrows.ts', 'test/support/upstream.ts'],
  ['no-tests-in-the-product', 'src/gateway/borrows-a-spec.ts', 'src/gateway/writer.spec.ts'],
];

/** Imports that the walls let through, so that no rule can be kept by forbidding everything. */
const allowed: readonly (readonly [from: string, to: string])[] = [
  ['src/core/spec/provider.ts', 'src/core/errors/catalog.ts'],
  ['src/core/providers/mistral/chat.ts', 'src/core/providers/openai-compatible/engine.ts'],
  ['src/core/providers/mistral/stream.ts', 'src/core/transport/sse-decoder.ts'],
  ['src/core/providers/azure/quirks.ts', 'src/core/providers/openai/quirks.ts'],
  ['src/core/providers/vertex-ai/chat.ts', 'src/core/providers/anthropic/stream.ts'],
  ['src/core/providers/bedrock/stream.ts', 'src/core/transport/aws-event-stream-decoder.ts'],
  ['src/core/providers/catalog.ts', 'src/core/providers/mistral/chat.ts'],
  ['src/core/router/strategy.ts', 'src/core/pricing/cost.ts'],
  ['src/core/transport/call.ts', 'undici'],
  ['src/config/good.ts', 'src/core/errors/catalog.ts'],
  ['src/spend/good.ts', 'src/database/database.service.ts'],
  ['src/gateway/good.ts', 'src/limits/limits.service.ts'],
  ['src/gateway/reads.ts', 'src/http/read-body.ts'],
  ['src/gateway/writer.spec.ts', 'src/database/database.service.ts'],
  ['src/management/good.ts', 'src/database/database.service.ts'],
  ['src/health/good.ts', 'src/database/database.service.ts'],
  ['src/app.module.ts', 'enterprise/licence.ts'],
  ['enterprise/sso.ts', 'src/management/keys.service.ts'],
];

const asLine = ({ rule, from, to }: Violation) => `${rule.name}: ${from} -> ${to}`;
const isFile = (target: string) => /\.ts$/.test(target);

/** Writes a tree in which each `from` imports its `to`, and every file that is named exists. */
function buildTree(folder: string, imports: readonly (readonly [from: string, to: string])[]): void {
  const lines = new Map<string, string[]>();
  const importsOf = (file: string) => lines.get(file) ?? lines.set(file, []).get(file) ?? [];
  for (const [from, to] of imports) {
    const relative = path.relative(path.dirname(from), to).replace(/\.ts$/, '.js');
    const specifier = isFile(to) ? (relative.startsWith('.') ? relative : `./${relative}`) : to;
    importsOf(from).push(`import type {} from '${specifier}';`);
    if (isFile(to) && !to.endsWith('nowhere.ts')) importsOf(to);
  }
  for (const [file, content] of lines) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), [...content, 'export {};', ''].join('\n'));
  }
  for (const name of ['@nestjs/common', 'rxjs', 'undici']) {
    mkdirSync(path.join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(
      path.join(folder, 'node_modules', name, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    );
    writeFileSync(path.join(folder, 'node_modules', name, 'index.js'), '');
  }
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    '{"compilerOptions":{"module":"nodenext","moduleResolution":"nodenext"}}',
  );
}

describe('the walls', () => {
  let folder: string;
  let reported: string[];
  let rules: readonly string[];

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tollgate-walls-'));
    buildTree(folder, [
      ...breaches.map(([, from, to]) => [from, to] as const),
      ...allowed,
      ['src/spend/ring-b.ts', 'src/spend/ring-a.ts'],
    ]);
    const result = cruise(folder);
    reported = result.violations.map(asLine);
    rules = result.rules;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(breaches)('%s reports %s importing %s', (rule, from, to) => {
    const target = path.basename(to, '.ts').replace('node:', '');
    expect(
      reported.filter((line) => line.startsWith(`${rule}: ${from} -> `) && line.includes(target)),
    ).not.toHaveLength(0);
  });

  it.each(allowed)('lets %s import %s', (from, to) => {
    expect(reported.filter((line) => line.includes(`: ${from} -> `) && line.includes(to))).toEqual([]);
  });

  it('has a breach for every rule of the configuration', () => {
    const proven = new Set(breaches.map(([rule]) => rule));
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter((name) => !proven.has(name))).toEqual([]);
  });

  it('hold in the sources, all of which were looked at', () => {
    const { violations, modules } = cruise(root);
    expect(violations.map(asLine)).toEqual([]);
    expect(modules).toBeGreaterThan(30);
  });
});
