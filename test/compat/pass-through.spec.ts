/** Vendors' unmodified clients, pointed at the prefixes of their own APIs, see what the provider said; the ledger has each call with its tokens. */
import { detailOf, TestGateway } from '../e2e/support/gateway.js';
import { reportOf } from './compat-gateway.js';
import { ReplayingProvider } from './replaying-provider.js';

jest.setTimeout(120_000);

interface Seen {
  readonly text: string;
  readonly usage: readonly [number, number];
  readonly streamed: string;
  readonly streamedUsage: readonly [number, number];
}

const provider = new ReplayingProvider();
let gateway: TestGateway;
let report: Readonly<Record<string, Seen>>;

beforeAll(async () => {
  const base = await provider.listen();
  const entry = (name: string, model: string, params: object): Parameters<typeof TestGateway.start>[0]['models'][number] => ({ model_name: name, litellm_params: { model, use_in_pass_through: true, ...params } }); // prettier-ignore
  const at = (name: string): string => `${base}/${name}/chat`;
  gateway = await TestGateway.start({
    models: [
      entry('a', 'anthropic/*', { api_base: at('anthropic'), api_key: 'sk-provider' }),
      entry('g', 'gemini/*', { api_base: at('gemini'), api_key: 'sk-provider' }),
      entry('o', 'openai/*', { api_base: `${at('openai')}/v1`, api_key: 'sk-provider' }),
      entry('c', 'cohere/*', { api_base: at('cohere'), api_key: 'sk-provider' }),
      entry('b', 'bedrock/*', {
        aws_bedrock_runtime_endpoint: at('bedrock'),
        aws_region_name: 'us-east-1',
        aws_access_key_id: 'AKIDREPLAYED',
        aws_secret_access_key: 'replayed-secret',
      }),
    ],
  });
  const options = { url: `http://127.0.0.1:${gateway.port}`, key: await gateway.makeKey() };
  const [npm, pypi] = await Promise.all([
    reportOf<Record<string, Seen>>('npm-pass-through.ts', options),
    reportOf<Record<string, Seen>>('pypi_pass_through.py', options),
  ]);
  report = { ...npm, ...pypi };
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

it.each([
  ['anthropic', 'claude-sonnet-4-5-20250929', 'Tokyo.'],
  ['gemini', 'gemini-2.5-flash', 'The capital of France is Paris.'],
  ['openai', 'gpt-4o', ''],
  ['cohere', 'command-a-03-2025', 'Paris.'],
  ['bedrock', 'anthropic.claude-3-5-sonnet-20240620-v1:0', 'Zażółć'],
])('%s', async (name, model, text) => {
  const seen = report[name];
  expect(seen?.text).toContain(text);
  expect(seen?.streamed.length).toBeGreaterThan(3);
  const rows = await gateway.rowsOf(model);
  expect(rows).toHaveLength(provider.received(name, 'chat').length);
  const details = rows.map(detailOf);
  expect(details.map(({ stream }) => stream).toSorted()).toEqual([false, true]);
  for (const [at, row] of rows.entries()) {
    const detail = details[at];
    const [prompt, completion] = (detail?.stream ? seen?.streamedUsage : seen?.usage) ?? [];
    expect([row.status, detail?.errorCode, detail?.usageEstimated]).toEqual(['success', undefined, undefined]);
    expect(detail?.completionTokens).toBe(completion);
    // Cohere bills fewer tokens than its model has read.
    if (name !== 'cohere') expect(detail?.promptTokens).toBe(prompt);
    expect(row.spendNanos).toBeGreaterThan(0n);
  }
});
