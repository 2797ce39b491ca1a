import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePrices } from './compile-prices.js';
import { effectivePrices } from './effective-prices.js';
import { nanosFromUsd, usdFromNanos } from './money.js';
import { findBaseModelFacts, findModelFacts, findProviderOfBareModel, priceTableOrigin } from './price-table.js';

interface RawTable {
  readonly models: Readonly<
    Record<string, Readonly<Record<string, { readonly price?: Readonly<Record<string, unknown>> }>>>
  >;
}
const raw = JSON.parse(readFileSync(join(__dirname, 'price-table.json'), 'utf8')) as RawTable;
const everyModel = Object.entries(raw.models).flatMap(([provider, models]) =>
  Object.keys(models).map((model) => [provider, model] as const),
);

describe('the price table', () => {
  it('has prices that compile for every model, each with a price of the input, of its length or of the request', () => {
    let priced = 0;
    for (const [provider, model] of everyModel) {
      const prices = findModelFacts(provider, model)?.prices;
      if (prices === undefined) continue;
      priced += 1;
      compilePrices(prices);
      const { inputPerToken, perRequest, perImage, perInputSecond, perInputCharacter } = prices;
      const billed = inputPerToken ?? perRequest ?? perImage ?? perInputSecond ?? perInputCharacter;
      expect([provider, model, billed]).not.toContain(undefined);
      const lengths = (prices.tiers ?? []).map((tier) => tier.aboveTokens);
      expect(lengths).toEqual([...new Set(lengths)].sort((a, b) => a - b));
    }
    expect(priced).toBeGreaterThan(3_000);
  });

  it('keeps its source, licence and date, and the licence notice beside it', () => {
    expect(priceTableOrigin()).toEqual({
      source: expect.stringContaining('litellm=='),
      licence: expect.stringContaining('MIT'),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(readFileSync(join(__dirname, 'price-table.LICENSE'), 'utf8')).toContain('Permission is hereby granted');
  });

  it('knows limits and abilities', () => {
    const facts = findModelFacts('openai', 'gpt-4o');
    expect(facts).toMatchObject({ mode: 'chat', maxInputTokens: 128_000, maxOutputTokens: 16_384 });
    expect(facts?.capabilities.has('vision')).toBe(true);
    expect(facts?.capabilities.has('reasoning')).toBe(false);
    expect(findModelFacts('openai', 'text-embedding-3-small')?.mode).toBe('embedding');
  });

  it('finds a model under its bare and its prefixed name, its listed date, and the base of a fine-tuned one', () => {
    const prices = (provider: string, model: string) => findModelFacts(provider, model)?.prices?.inputPerToken;
    expect(prices('groq', 'openai/gpt-oss-120b')).toBe('1.5e-7');
    expect(prices('groq', 'groq/openai/gpt-oss-120b')).toBe('1.5e-7');
    expect(prices('openai', 'gpt-4o-2024-05-13')).toBe('5e-6');
    expect(prices('openai', 'ft:gpt-4o-2024-08-06:acme:support:8Xk2')).toBe('3.75e-6');
    expect(prices('cohere_chat', 'command-a-03-2025')).toBe('2.5e-6');
  });

  it('finds a provider that is listed with hyphens', () => {
    expect(findModelFacts('amazon_nova', 'nova-lite-v1')?.prices?.inputPerToken).toBe(
      findModelFacts('amazon-nova', 'nova-lite-v1')?.prices?.inputPerToken,
    );
    expect(findModelFacts('scx_ai', 'GLM-5.2')).toBeDefined();
  });

  it.each([
    ['converse/us.anthropic.claude-haiku-4-5-20251001-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
    ['bedrock/invoke/anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
    ['converse/eu-west-9/anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
    ['ap-northeast-1/deepseek.v3.2', 'ap-northeast-1/deepseek.v3.2'],
    ['sa.anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
    [
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0',
      'anthropic.claude-haiku-4-5-20251001-v1:0',
    ],
  ])('finds %s on Bedrock by the most special name that is listed', (model, listed) => {
    expect(findModelFacts('bedrock', listed)).toBeDefined();
    expect(findModelFacts('bedrock', model)).toBe(findModelFacts('bedrock', listed));
  });

  it('gives one object per model, so that its prices are compiled once', () => {
    expect(findModelFacts('openai', 'gpt-4o')).toBe(findModelFacts('openai', 'openai/gpt-4o'));
  });

  it.each([
    ['openai', 'gpt-4o-2031-01-01'],
    ['openai', 'constructor'],
    ['__proto__', 'toString'],
    ['hosted_vllm', 'gpt-4o'],
  ])('knows nothing of %s %s rather than taking a neighbour for it', (provider, model) => {
    expect(findModelFacts(provider, model)).toBeUndefined();
  });

  it('tells a model without a price from one that is free', () => {
    expect(findModelFacts('github_copilot', 'gpt-4o')).toMatchObject({ prices: undefined });
    // Listed with zeros by the source; its machines are billed by the hour.
    expect(findModelFacts('sagemaker', 'meta-textgeneration-llama-2-7b')).toMatchObject({ prices: undefined });
    expect(findModelFacts('ollama', 'llama3.1')?.prices).toEqual({ inputPerToken: '0', outputPerToken: '0' });
  });

  it('finds a base model of the same provider first, then by its own prefix, then by its bare name', () => {
    expect(findBaseModelFacts('azure', 'gpt-4o')).toBe(findModelFacts('azure', 'gpt-4o'));
    expect(findBaseModelFacts('hosted_vllm', 'groq/openai/gpt-oss-20b')).toBe(
      findModelFacts('groq', 'openai/gpt-oss-20b'),
    );
    expect(findBaseModelFacts('litellm_proxy', 'claude-haiku-4-5')).toBe(
      findModelFacts('anthropic', 'claude-haiku-4-5'),
    );
    expect(findBaseModelFacts('azure', 'no-such-model')).toBeUndefined();
  });

  it('knows whose model a bare name is', () => {
    expect(findProviderOfBareModel('gpt-4o')).toBe('openai');
    expect(findProviderOfBareModel('claude-haiku-4-5')).toBe('anthropic');
    expect(findProviderOfBareModel('no-such-model')).toBeUndefined();
  });
});

describe('effectivePrices', () => {
  const listed = findModelFacts('anthropic', 'claude-sonnet-4-5')?.prices;

  it('lets a configured input price stand for cached tokens and service tiers too, unless they are configured', () => {
    expect(effectivePrices(listed, { inputPerToken: '0', cacheReadPerToken: '1e-9' })).toEqual({
      inputPerToken: '0',
      cacheReadPerToken: '1e-9',
      outputPerToken: '1.5e-5',
      perWebSearch: '0.01',
    });
  });

  it('keeps what is listed where nothing is configured against it, and stays undefined where nothing is known', () => {
    expect(effectivePrices(listed, undefined)).toBe(listed);
    expect(effectivePrices(listed, { perRequest: '0.01' })).toEqual({ ...listed, perRequest: '0.01' });
    expect(effectivePrices(undefined, { inputPerToken: '1e-6' })).toEqual({ inputPerToken: '1e-6' });
    expect(effectivePrices(undefined, undefined)).toBeUndefined();
  });
});

describe('money', () => {
  it('shows the double nearest to the exact amount', () => {
    expect(usdFromNanos(100_000_000n)).toBe(0.1);
    expect(usdFromNanos(1n)).toBe(1e-9);
    expect(usdFromNanos(-2_500_000_000n)).toBe(-2.5);
    // Between two doubles, and nearer to the upper one by a nano-dollar.
    expect(usdFromNanos(9_007_199_254_740_993_000_000_001n)).toBe(9_007_199_254_740_994);
  });

  it('reads USD without a binary detour and rounds half-up', () => {
    expect(nanosFromUsd(0.1)).toBe(100_000_000n);
    expect(nanosFromUsd('1.0000000005')).toBe(1_000_000_001n);
    expect(nanosFromUsd(1e-10)).toBe(0n);
    expect(nanosFromUsd(1e21)).toBe(10n ** 30n);
    expect(() => nanosFromUsd(Infinity)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
