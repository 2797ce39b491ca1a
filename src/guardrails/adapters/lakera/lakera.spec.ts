import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { lakeraGuardrail } from './lakera.js';
import { lakeraV2Guardrail } from './lakera-v2.js';

const breakdown = (...types: string[]) =>
  [...types, 'moderated_content/hate'].map((detector_type) => ({
    detector_type,
    detected: types.includes(detector_type),
  }));

describe('Lakera Guard', () => {
  const check = (service: FakeService, texts: string[], over: object = {}) =>
    checkBy(lakeraV2Guardrail, { api_key: 'key-1', ...over }, service, contentOf(texts));

  it('asks as the vendor documents it', async () => {
    const service = new FakeService([{ json: { flagged: false, breakdown: breakdown(), payload: [], metadata: {} } }]);
    expect(await check(service, ['hello'], { project_id: 'project-1' })).toEqual({ action: 'pass' });
    expect(service.requests[0]).toMatchObject({
      url: 'https://api.lakera.ai/v2/guard',
      headers: { authorization: 'Bearer key-1' },
    });
    expect(service.bodies).toEqual([
      { messages: [{ role: 'user', content: 'hello' }], project_id: 'project-1', payload: true, breakdown: true },
    ]);
  });

  it('blocks attacks, and only tells of them where it is to monitor', async () => {
    const flagged = { json: { flagged: true, breakdown: breakdown('prompt_attack'), payload: [] } };
    const findings = [{ kind: 'prompt_attack', count: 1 }];
    expect(await check(new FakeService([flagged]), ['x'])).toMatchObject({ action: 'block', findings });
    expect(await check(new FakeService([flagged]), ['x'], { on_flagged: 'monitor' })).toEqual({
      action: 'pass',
      findings,
    });
  });

  it('masks personal data where it is all that was found', async () => {
    const payload = [
      { start: 3, end: 9, text: 'a@b.de', detector_type: 'pii/email', labels: [] },
      { start: 0, end: 3, text: 'Ann', detector_type: 'pii/name', labels: [] },
    ];
    const json = { flagged: true, breakdown: breakdown('pii/email', 'pii/name'), payload };
    expect(await check(new FakeService([{ json }]), ['I, Ann', 'at a@b.de'])).toMatchObject({
      action: 'mask',
      texts: ['I, [MASKED NAME]', 'at [MASKED EMAIL]'],
    });
  });

  it.each([
    ['an attack besides', breakdown('pii/email', 'prompt_attack'), [{ text: 'a@b.de', detector_type: 'pii/email' }]],
    [
      'data that it does not locate',
      breakdown('pii/email', 'pii/name'),
      [{ text: 'a@b.de', detector_type: 'pii/email' }],
    ],
    ['words that no text has', breakdown('pii/email'), [{ text: 'other@b.de', detector_type: 'pii/email' }]],
    ['no places at all', breakdown('pii/email'), []],
  ])('blocks personal data with %s', async (_what, found, payload) => {
    const json = { flagged: true, breakdown: found, payload };
    expect((await check(new FakeService([{ json }]), ['at a@b.de'])).action).toBe('block');
  });
});

describe("Lakera's first API", () => {
  const result = {
    flagged: true,
    categories: { prompt_injection: true, jailbreak: false },
    category_scores: { prompt_injection: 0.9, jailbreak: 0.2 },
  };
  const check = (over: object, json: unknown = { model: 'lakera-guard-1', results: [result] }) =>
    checkBy(lakeraGuardrail, { api_key: 'key-1', ...over }, new FakeService([{ json }]), contentOf(['x']));

  it('asks as it was documented', async () => {
    const service = new FakeService([{ json: { results: [{ ...result, flagged: false }] } }]);
    expect(await checkBy(lakeraGuardrail, { api_key: 'key-1' }, service, contentOf(['x']))).toEqual({ action: 'pass' });
    expect(service.requests[0]?.url).toBe('https://api.lakera.ai/v1/prompt_injection');
    expect(service.bodies).toEqual([{ input: [{ role: 'user', content: 'x' }] }]);
  });

  it('blocks what is flagged, or what scores from a threshold on', async () => {
    expect(await check({})).toMatchObject({ action: 'block', findings: [{ kind: 'prompt_injection', count: 1 }] });
    expect((await check({ category_thresholds: { jailbreak: 0.3 } })).action).toBe('pass');
    expect((await check({ category_thresholds: { jailbreak: 0.2 } })).action).toBe('block');
  });
});
