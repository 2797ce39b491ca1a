import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { presidioGuardrail } from './presidio.js';

const analyzer = { presidio_analyzer_api_base: 'http://analyzer.test' };
const email = /[\w.]+@[\w.]+/gu;

/** Finds addresses where Presidio would, and counts as Python does. */
function analyzing(score = 1, more: (text: string) => unknown[] = () => []): FakeService {
  return new FakeService((body, url) => {
    const { text, analyzer_results: results } = body as {
      text: string;
      analyzer_results?: { start: number; end: number }[];
    };
    if (url.endsWith('/anonymize')) {
      const points = [...text];
      for (const { start, end } of [...(results ?? [])].reverse()) points.splice(start, end - start, '<MASKED>');
      return { json: { text: points.join(''), items: [] } };
    }
    const found = [...text.matchAll(email)].map(({ index, 0: words }) => {
      const start = [...text.slice(0, index)].length;
      return { entity_type: 'EMAIL_ADDRESS', start, end: start + words.length, score };
    });
    return { json: [...found, ...more(text)] };
  });
}

const check = (
  parameters: object,
  service: FakeService,
  texts: string[],
  direction: 'request' | 'answer' = 'request',
) => checkBy(presidioGuardrail, { ...analyzer, ...parameters }, service, contentOf(texts, { direction }));

describe('Presidio', () => {
  it('asks the analyzer as it documents it', async () => {
    const service = analyzing();
    await check({ pii_entities_config: { EMAIL_ADDRESS: 'MASK' }, presidio_language: 'de' }, service, ['hello']);
    expect(service.requests[0]?.url).toBe('http://analyzer.test/analyze');
    expect(service.bodies).toEqual([{ text: 'hello', language: 'de', entities: ['EMAIL_ADDRESS'] }]);
  });

  it('masks by itself where there is no anonymizer, in the place that Python means', async () => {
    expect(await check({}, analyzing(), ['😀😀 to a@b.de and c@d.de', 'none'])).toEqual({
      action: 'mask',
      texts: ['😀😀 to <EMAIL_ADDRESS> and <EMAIL_ADDRESS>', 'none'],
      findings: [{ kind: 'EMAIL_ADDRESS', count: 2 }],
    });
  });

  it('has the anonymizer mask where there is one', async () => {
    const service = analyzing();
    const given = await check({ presidio_anonymizer_api_base: 'http://anonymizer.test' }, service, ['😀 a@b.de']);
    expect(given).toMatchObject({ texts: ['😀 <MASKED>'] });
    expect(service.requests[1]?.url).toBe('http://anonymizer.test/anonymize');
    expect(service.bodies[1]).toEqual({
      text: '😀 a@b.de',
      analyzer_results: [{ entity_type: 'EMAIL_ADDRESS', start: 2, end: 8, score: 1 }],
    });
  });

  it('blocks entities that are to be blocked', async () => {
    const given = await check({ pii_entities_config: { EMAIL_ADDRESS: 'BLOCK' } }, analyzing(), ['a@b.de']);
    expect(given).toMatchObject({ action: 'block', findings: [{ kind: 'EMAIL_ADDRESS', count: 1 }] });
    expect(JSON.stringify(given)).not.toContain('a@b.de');
  });

  it('knows what stands for what, once for the same words, where the answer is to have it again', async () => {
    const texts = ['a@b.de, c@d.de, a@b.de', 'literally <EMAIL_ADDRESS_1>'];
    const given = await check({ output_parse_pii: true }, analyzing(), texts);
    expect(given).toMatchObject({
      texts: ['<EMAIL_ADDRESS_2>, <EMAIL_ADDRESS_3>, <EMAIL_ADDRESS_2>', 'literally <EMAIL_ADDRESS_1>'],
      originals: new Map([
        ['<EMAIL_ADDRESS_2>', 'a@b.de'],
        ['<EMAIL_ADDRESS_3>', 'c@d.de'],
      ]),
    });
  });

  it('leaves out what scores too low, by entity or for all', async () => {
    expect((await check({ presidio_score_thresholds: { ALL: 0.7 } }, analyzing(0.6), ['a@b.de'])).action).toBe('pass');
    const thresholds = { ALL: 0.7, EMAIL_ADDRESS: 0.5 };
    expect((await check({ presidio_score_thresholds: thresholds }, analyzing(0.6), ['a@b.de'])).action).toBe('mask');
  });

  it('leaves out phrases that are allowed', async () => {
    expect((await check({ presidio_phrase_allow_list: ['A@B.de'] }, analyzing(), ['a@b.de'])).action).toBe('pass');
  });

  it('takes the surer one of two that overlap', async () => {
    const service = analyzing(1, () => [{ entity_type: 'URL', start: 2, end: 6, score: 0.5 }]);
    expect(await check({}, service, ['a@b.de'])).toMatchObject({ texts: ['<EMAIL_ADDRESS>'] });
  });

  it('looks in one direction alone where it is told so', async () => {
    expect(await check({ presidio_filter_scope: 'input' }, new FakeService([]), ['a@b.de'], 'answer')).toEqual({
      action: 'pass',
    });
    expect((await check({ presidio_filter_scope: 'output' }, analyzing(), ['a@b.de'], 'answer')).action).toBe('mask');
  });

  it('finds what lies over the edge of two parts of a long text, once', async () => {
    const text = `${'x'.repeat(99_995)} someone@example.com ${'y'.repeat(200)}`;
    const given = await check({}, analyzing(), [text]);
    expect(given).toMatchObject({ texts: [text.replace('someone@example.com', '<EMAIL_ADDRESS>')] });
  });

  it('is unavailable where places lie outside the text, or nothing was masked', async () => {
    const outside = new FakeService([{ json: [{ entity_type: 'X', start: 3, end: 99, score: 1 }] }]);
    await expect(check({}, outside, ['short'])).rejects.toMatchObject({ code: 'guardrail_unavailable' });
    const unmasked = new FakeService((body, url) => {
      const { text } = body as { text: string };
      return { json: url.endsWith('/analyze') ? [{ entity_type: 'X', start: 0, end: 1, score: 1 }] : { text } };
    });
    const parameters = { presidio_anonymizer_api_base: 'http://anonymizer.test' };
    await expect(check(parameters, unmasked, ['short'])).rejects.toMatchObject({ code: 'guardrail_unavailable' });
  });

  it('refuses a threshold that has no effect', () => {
    const parameters = { pii_entities_config: { PERSON: 'MASK' }, presidio_score_thresholds: { URL: 0.5 } };
    return expect(check(parameters, analyzing(), ['x'])).rejects.toMatchObject({
      path: 'presidio_score_thresholds.URL',
    });
  });
});
