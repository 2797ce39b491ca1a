import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { openaiModeration } from './openai-moderation.js';

const result = (...categories: string[]) => ({
  flagged: categories.length > 0,
  categories: Object.fromEntries(['violence', 'hate'].map((name) => [name, categories.includes(name)])),
  category_scores: {},
});
const answerOf = (...results: unknown[]) => ({ json: { id: 'modr-1', model: 'omni-moderation-latest', results } });
const check = (service: FakeService, texts: string[]) =>
  checkBy(openaiModeration, { api_key: 'sk-1' }, service, contentOf(texts));

describe('OpenAI moderation', () => {
  it('asks as the vendor documents it, leaving out what is empty', async () => {
    const service = new FakeService([answerOf(result(), result())]);
    expect(await check(service, ['one', ' ', 'two'])).toEqual({ action: 'pass' });
    expect(service.bodies).toEqual([{ model: 'omni-moderation-latest', input: ['one', 'two'] }]);
    expect(service.requests[0]).toMatchObject({
      url: 'https://api.openai.com/v1/moderations',
      headers: { authorization: 'Bearer sk-1' },
    });
  });

  it('blocks where one of the texts is flagged, by category', async () => {
    const service = new FakeService([answerOf(result(), result('violence', 'hate'))]);
    expect(await check(service, ['one', 'two'])).toMatchObject({
      action: 'block',
      findings: [
        { kind: 'violence', count: 1 },
        { kind: 'hate', count: 1 },
      ],
    });
  });

  it('takes an answer of a model that does not judge every category', async () => {
    const json = { results: [{ flagged: true, categories: { hate: true, illicit: null } }] };
    expect(await check(new FakeService([{ json }]), ['one'])).toMatchObject({
      action: 'block',
      findings: [{ kind: 'hate', count: 1 }],
    });
  });

  it('asks about each part of a long text, and about many texts in several requests', async () => {
    const service = new FakeService((body) => {
      const { input } = body as { input: string[] };
      return answerOf(...input.map((text) => (text.includes('bad') ? result('hate') : result())));
    });
    expect((await check(service, [`${'a '.repeat(20_000)}bad`])).action).toBe('block');
    expect((await check(service, [...Array<string>(100).fill('a'), 'bad'])).action).toBe('block');
  });

  it('is unavailable where a text was left out of the answer', async () => {
    await expect(check(new FakeService([answerOf(result())]), ['one', 'two'])).rejects.toMatchObject({
      code: 'guardrail_unavailable',
    });
  });
});
