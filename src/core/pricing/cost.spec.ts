import fc from 'fast-check';
import type { ModelPrices } from '../spec/deployment.js';
import type { Usage } from '../spec/usage.js';
import { compilePrices } from './compile-prices.js';
import { costNanos, estimateNanos } from './cost.js';
import { findModelFacts } from './price-table.js';

/** A second, deliberately plain implementation: fractions of BigInts, no tiers' shortcuts, nothing precomputed. */
function referenceNanos(usage: Usage, prices: ModelPrices): bigint {
  const inTier = (layer: ModelPrices | undefined): ModelPrices | undefined =>
    layer?.tiers?.filter((tier) => usage.promptTokens > tier.aboveTokens).reduce((a, b) => ({ ...a, ...b }), {});
  const service = usage.serviceTier === undefined ? undefined : prices.serviceTiers?.[usage.serviceTier];
  const layers = [inTier(service), inTier(prices), service, prices];
  const price = (...names: Exclude<keyof ModelPrices, 'tiers' | 'serviceTiers'>[]): string => {
    for (const name of names) {
      for (const layer of layers) {
        const value = layer?.[name];
        if (value !== undefined) return value;
      }
    }
    return '0';
  };

  const cut = (total: number, ...parts: (number | undefined)[]): number[] => {
    const taken = parts.map((part) => {
      const take = Math.min(part ?? 0, total);
      total -= take;
      return take;
    });
    return [total, ...taken];
  };
  const { cachedTokens, cacheCreationTokens, cacheCreation1hTokens, audioPromptTokens, imagePromptTokens } = usage;
  const [text, read, write, write1h, audio, seen] = cut(
    usage.promptTokens,
    cachedTokens,
    cacheCreationTokens,
    cacheCreation1hTokens,
    audioPromptTokens,
    imagePromptTokens,
  );
  const [plain, reasoning, spoken, drawn] = cut(
    usage.completionTokens,
    usage.reasoningTokens,
    usage.audioCompletionTokens,
    usage.imageCompletionTokens,
  );
  const byLength = text === 0 && audio === 0;
  const lines: [quantity: number | undefined, rate: string, divisor?: bigint][] = [
    [text, price('inputPerToken')],
    [read, price('cacheReadPerToken', 'inputPerToken')],
    [write, price('cacheCreationPerToken', 'inputPerToken')],
    [write1h, price('cacheCreation1hPerToken', 'cacheCreationPerToken', 'inputPerToken')],
    [audio, price('inputAudioPerToken', 'inputPerToken')],
    [plain, price('outputPerToken')],
    [reasoning, price('outputReasoningPerToken', 'outputPerToken')],
    [spoken, price('outputAudioPerToken', 'outputPerToken')],
    [seen, price('inputImagePerToken', 'inputPerToken')],
    [drawn, price('outputImagePerToken', 'outputPerToken')],
    [drawn === 0 ? usage.images : 0, price('perImage')],
    [byLength ? Math.trunc((usage.inputSeconds ?? 0) * 1_000) : 0, `${price('perInputSecond')}`, 1_000n],
    [byLength ? usage.inputCharacters : 0, price('perInputCharacter')],
    [usage.searchUnits ?? 1, price('perRequest')],
    [usage.webSearchRequests ?? 0, price('perWebSearch')],
  ];
  // Everything in units of 10^-60 USD.
  const units = (text: string): bigint => {
    const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    return BigInt(whole + fraction) * 10n ** BigInt(60 - fraction.length + Number(exponent));
  };
  const total = lines.reduce(
    (sum, [quantity, rate, divisor = 1n]) => sum + (BigInt(quantity ?? 0) * units(rate)) / divisor,
    0n,
  );
  const nano = 10n ** 51n;
  return (total * 2n + nano) / (2n * nano);
}

const decimalText = fc.oneof(
  fc.nat(10_000).map((n) => `${n}e-9`),
  fc.tuple(fc.nat(999_999), fc.integer({ min: 3, max: 24 })).map(([n, e]) => `${n}e-${e}`),
  fc.tuple(fc.nat(9), fc.nat(99_999_999)).map(([w, f]) => `${w}.${String(f).padStart(8, '0')}`),
  fc.constant('0'),
);
const plainPrices = fc.record(
  {
    inputPerToken: decimalText,
    outputPerToken: decimalText,
    cacheReadPerToken: decimalText,
    cacheCreationPerToken: decimalText,
    cacheCreation1hPerToken: decimalText,
    outputReasoningPerToken: decimalText,
    inputAudioPerToken: decimalText,
    outputAudioPerToken: decimalText,
    inputImagePerToken: decimalText,
    outputImagePerToken: decimalText,
    perImage: decimalText,
    perInputSecond: decimalText,
    perInputCharacter: decimalText,
    perRequest: decimalText,
    perWebSearch: decimalText,
  },
  { requiredKeys: [] },
);
const tier = fc.tuple(fc.constantFrom(0, 1_000, 128_000, 200_000), plainPrices).map(([aboveTokens, prices]) => ({
  ...prices,
  aboveTokens,
}));
const tiers = fc
  .uniqueArray(tier, { maxLength: 3, selector: (each) => each.aboveTokens })
  .map((all) => all.sort((a, b) => a.aboveTokens - b.aboveTokens));
const tieredPrices = fc
  .tuple(plainPrices, fc.option(tiers))
  .map(([plain, own]) => (own ? { ...plain, tiers: own } : plain));
const modelPrices: fc.Arbitrary<ModelPrices> = fc
  .tuple(tieredPrices, fc.option(tieredPrices))
  .map(([standard, flex]) => (flex ? { ...standard, serviceTiers: { flex } } : standard));
const tokens = fc.oneof(
  fc.constant(0),
  fc.nat(5_000),
  fc.nat(2_000_000),
  fc.constantFrom(1_000, 1_001, 200_000, 200_001),
);
const usages: fc.Arbitrary<Usage> = fc.record(
  {
    promptTokens: tokens,
    completionTokens: tokens,
    cachedTokens: tokens,
    cacheCreationTokens: tokens,
    cacheCreation1hTokens: tokens,
    reasoningTokens: tokens,
    audioPromptTokens: tokens,
    audioCompletionTokens: tokens,
    imagePromptTokens: tokens,
    imageCompletionTokens: fc.constantFrom(0, 1, 5_000),
    images: fc.nat(10),
    inputSeconds: fc.oneof(fc.nat(7_200), fc.constantFrom(0.5, 12.25, 3_599.999)),
    inputCharacters: fc.nat(100_000),
    searchUnits: fc.nat(5),
    webSearchRequests: fc.nat(20),
    serviceTier: fc.constantFrom('flex', 'default'),
  },
  { requiredKeys: ['promptTokens', 'completionTokens'] },
);

const cost = (usage: Usage, prices: ModelPrices): bigint => costNanos(usage, compilePrices(prices));

describe('costNanos', () => {
  it('equals a naive exact computation for any prices and any usage', () => {
    fc.assert(
      fc.property(modelPrices, usages, (prices, usage) => {
        expect(cost(usage, prices)).toBe(referenceNanos(usage, prices));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rounds the sum once and half-up, not each part', () => {
    const prices = { inputPerToken: '2.5e-10', outputPerToken: '2.5e-10' };
    expect(cost({ promptTokens: 1, completionTokens: 1 }, prices)).toBe(1n);
    expect(cost({ promptTokens: 1, completionTokens: 0 }, prices)).toBe(0n);
  });

  it('stays exact where the sum does not fit a double', () => {
    const prices = { inputPerToken: '0.000001234567890123456789', outputPerToken: '0' };
    expect(cost({ promptTokens: 9_007_199_254_740_991, completionTokens: 0 }, prices)).toBe(
      11_119_998_979_847_157_653n,
    );
  });

  it('bills cached, written and spoken tokens at their own prices and never twice', () => {
    const prices = {
      inputPerToken: '3e-6',
      outputPerToken: '15e-6',
      cacheReadPerToken: '3e-7',
      cacheCreationPerToken: '3.75e-6',
      cacheCreation1hPerToken: '6e-6',
    };
    const usage = {
      promptTokens: 1_000,
      completionTokens: 100,
      cachedTokens: 600,
      cacheCreationTokens: 200,
      cacheCreation1hTokens: 100,
    };
    // 100 x 3000 + 600 x 300 + 200 x 3750 + 100 x 6000 + 100 x 15000
    expect(cost(usage, prices)).toBe(3_330_000n);
  });

  it('moves the whole request to the prices of a tier only beyond its threshold', () => {
    const prices = {
      inputPerToken: '1e-6',
      outputPerToken: '1e-6',
      tiers: [{ aboveTokens: 200_000, inputPerToken: '2e-6', outputPerToken: '3e-6' }],
    };
    expect(cost({ promptTokens: 200_000, completionTokens: 10 }, prices)).toBe(200_010_000n);
    expect(cost({ promptTokens: 200_001, completionTokens: 10 }, prices)).toBe(400_032_000n);
  });

  it('takes the prices of the service tier that was billed, and the standard ones for an unknown tier', () => {
    const prices = { inputPerToken: '4e-6', outputPerToken: '8e-6', serviceTiers: { flex: { inputPerToken: '2e-6' } } };
    const usage = { promptTokens: 10, completionTokens: 1 };
    expect(cost({ ...usage, serviceTier: 'flex' }, prices)).toBe(28_000n);
    expect(cost({ ...usage, serviceTier: 'default' }, prices)).toBe(48_000n);
  });

  it('bills pictures, sound, spoken characters and searches by the piece, but never beside their tokens', () => {
    const none = { promptTokens: 0, completionTokens: 0 };
    expect(cost({ ...none, images: 3 }, { perImage: '0.04' })).toBe(120_000_000n);
    expect(cost({ ...none, inputSeconds: 90.5 }, { perInputSecond: '0.0001' })).toBe(9_050_000n);
    expect(cost({ ...none, inputCharacters: 1_000 }, { perInputCharacter: '0.000015' })).toBe(15_000_000n);
    expect(cost({ ...none, searchUnits: 2 }, { perRequest: '0.002' })).toBe(4_000_000n);
    expect(cost(none, { perRequest: '0.002' })).toBe(2_000_000n);
    const both = { inputPerToken: '2.5e-6', outputPerToken: '1e-5', perInputSecond: '0.0001', perImage: '1' };
    expect(cost({ promptTokens: 100, completionTokens: 0, inputSeconds: 60 }, both)).toBe(250_000n);
    expect(cost({ ...none, completionTokens: 10, imageCompletionTokens: 10, images: 1 }, both)).toBe(100_000n);
  });

  it.each([NaN, -5, Infinity, 0.5])('bills a reported count of %p without failing', (broken) => {
    const usage = { promptTokens: 1, completionTokens: 1, cachedTokens: broken, reasoningTokens: broken };
    expect(cost(usage, { inputPerToken: '1e-6', outputPerToken: '1e-6' })).toBe(2_000n);
  });

  it('refuses a price that is not an exact number of at least zero', () => {
    for (const inputPerToken of ['-1e-6', 'free', '', '0x10', '1e', '1e-6 ']) {
      expect(() => compilePrices({ inputPerToken })).toThrow(expect.objectContaining({ code: 'internal' }));
    }
  });
});

// Computed by hand from the vendors' public price pages, in USD per million tokens as they state them.
describe('costs of well-known models', () => {
  const usage: Usage = { promptTokens: 12_000, completionTokens: 3_000 };
  const cached: Usage = { ...usage, cachedTokens: 10_000 };
  const cases: [provider: string, model: string, usage: Usage, usd: string][] = [
    ['openai', 'gpt-4o', usage, '0.06'], // 12k x 2.50 + 3k x 10
    ['openai', 'gpt-4o', cached, '0.0475'], // 2k x 2.50 + 10k x 1.25 + 3k x 10
    ['openai', 'gpt-4o-mini', cached, '0.00285'], // 2k x 0.15 + 10k x 0.075 + 3k x 0.60
    ['openai', 'gpt-4.1', usage, '0.048'], // 2 and 8
    ['openai', 'gpt-4.1-mini', usage, '0.0096'], // 0.40 and 1.60
    ['openai', 'gpt-4.1-nano', usage, '0.0024'], // 0.10 and 0.40
    ['openai', 'gpt-5', { ...usage, serviceTier: 'flex' }, '0.0225'], // half of 1.25 and 10
    ['openai', 'gpt-5-mini', cached, '0.00675'], // 0.25, cached 0.025, 2
    ['openai', 'gpt-5-nano', usage, '0.0018'], // 0.05 and 0.40
    ['openai', 'o1', usage, '0.36'], // 15 and 60
    ['openai', 'o3', { ...usage, reasoningTokens: 2_500 }, '0.048'], // 2 and 8, reasoning as output
    ['openai', 'o4-mini', cached, '0.01815'], // 1.10, cached 0.275, 4.40
    ['openai', 'gpt-3.5-turbo', usage, '0.0105'], // 0.50 and 1.50
    ['openai', 'gpt-4-turbo', usage, '0.21'], // 10 and 30
    ['openai', 'gpt-audio', { ...usage, audioPromptTokens: 12_000, audioCompletionTokens: 3_000 }, '0.576'], // 32, 64
    ['openai', 'text-embedding-3-large', { promptTokens: 12_000, completionTokens: 0 }, '0.00156'], // 0.13
    ['azure', 'gpt-4o', usage, '0.06'],
    ['anthropic', 'claude-sonnet-4-5', { ...cached, webSearchRequests: 2 }, '0.074'], // 3, 0.30, 15, and 0.01 a search
    ['anthropic', 'claude-opus-4-5', { ...usage, cacheCreationTokens: 8_000 }, '0.145'], // 5, write 6.25, 25
    ['anthropic', 'claude-haiku-4-5', { ...usage, cacheCreation1hTokens: 8_000 }, '0.035'], // 1, 1-hour write 2, 5
    ['gemini', 'gemini-2.5-pro', usage, '0.045'], // 1.25 and 10 up to 200k
    ['gemini', 'gemini-2.5-pro', { ...usage, promptTokens: 300_000 }, '0.795'], // 2.50 and 15 beyond
    ['gemini', 'gemini-2.5-flash', { ...usage, audioPromptTokens: 2_000 }, '0.0125'], // 0.30, audio 1.00, 2.50
    ['deepseek', 'deepseek-chat', cached, '0.0021'], // 0.28, cached 0.028, 0.42
    ['cohere', 'command-r-plus-08-2024', usage, '0.06'], // 2.50 and 10
    ['cohere', 'rerank-v3.5', { promptTokens: 0, completionTokens: 0 }, '0.002'], // 2 per thousand searches
    ['perplexity', 'sonar-pro', usage, '0.081'], // 3 and 15
    ['bedrock', 'amazon.nova-pro-v1:0', usage, '0.0192'], // 0.80 and 3.20
    ['dashscope', 'qwen3-max', { ...usage, promptTokens: 40_000 }, '0.132'], // 2.40 and 12 beyond 32k
  ];

  it.each(cases)('%s %s, case %#', (provider, model, used, usd) => {
    const prices = findModelFacts(provider, model)?.prices;
    expect(prices).toBeDefined();
    expect(Number(costNanos(used, compilePrices(prices ?? {}))) / 1e9).toBe(Number(usd));
  });
});

describe('estimateNanos', () => {
  const prices = compilePrices({ inputPerToken: '1e-6', outputPerToken: '10e-6' });
  const size = { bodyBytes: 400, defaultOutputTokens: 1_000 };

  it('counts four bytes as a token and the default output where the request sets no limit', () => {
    expect(estimateNanos(size, prices)).toBe(100_000n + 10_000_000n);
  });

  it('counts each of n answers up to max_tokens, and no more than the model can answer', () => {
    expect(estimateNanos({ ...size, answers: 3, maxTokens: 50 }, prices)).toBe(100_000n + 1_500_000n);
    expect(estimateNanos({ ...size, maxTokens: 1_000_000, modelMaxTokens: 200 }, prices)).toBe(100_000n + 2_000_000n);
    expect(estimateNanos({ ...size, modelMaxTokens: 200 }, prices)).toBe(100_000n + 2_000_000n);
  });

  it('never reserves less than one answer, whatever n a client sends', () => {
    for (const answers of [0, -1, NaN, null]) {
      expect(estimateNanos({ ...size, answers, maxTokens: 50 }, prices)).toBe(100_000n + 500_000n);
    }
  });
});

it('bills what the provider bills where it reports more than that', () => {
  const prices = compilePrices({ inputPerToken: '0.001', outputPerToken: '0.002' });
  const usage = { promptTokens: 14, completionTokens: 8 };
  expect(costNanos({ ...usage, billed: { promptTokens: 9, completionTokens: 8 } }, prices)).toBe(25_000_000n);
  expect(costNanos(usage, prices)).toBe(30_000_000n);
});
