import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { modelArmorGuardrail } from './model-armor.js';

const settings = {
  template_id: 'template-1',
  project_id: 'project-1',
  location: 'europe-west4',
  credentials: { type: 'service_account' },
};
const found = { matchState: 'MATCH_FOUND', executionState: 'EXECUTION_SUCCESS' };
const clear = { matchState: 'NO_MATCH_FOUND', executionState: 'EXECUTION_SUCCESS' };
const answerOf = (filterResults: object, invocationResult = 'SUCCESS') => ({
  json: {
    sanitizationResult: {
      filterMatchState: JSON.stringify(filterResults).includes('"MATCH_FOUND"') ? 'MATCH_FOUND' : 'NO_MATCH_FOUND',
      filterResults: { csam: { csamFilterFilterResult: clear }, ...filterResults },
      invocationResult,
    },
  },
});
const jailbreak = { pi_and_jailbreak: { piAndJailbreakFilterResult: { ...found, confidenceLevel: 'HIGH' } } };
const deidentified = (text: string) => ({
  sdp: { sdpFilterResult: { deidentifyResult: { ...found, data: { text }, infoTypes: ['EMAIL_ADDRESS'] } } },
});
const check = (service: FakeService, texts: string[], over: object = {}, direction: 'request' | 'answer' = 'request') =>
  checkBy(modelArmorGuardrail, { ...settings, ...over }, service, contentOf(texts, { direction }));

describe('Model Armor', () => {
  it('is asked as Google documents it, with a token', async () => {
    const service = new FakeService([answerOf({})]);
    expect(await check(service, ['hello', ' '])).toEqual({ action: 'pass' });
    expect(service.requests).toHaveLength(1);
    expect(service.requests[0]).toMatchObject({
      url: 'https://modelarmor.europe-west4.rep.googleapis.com/v1/projects/project-1/locations/europe-west4/templates/template-1:sanitizeUserPrompt',
      headers: { authorization: 'Bearer ya29.token' },
    });
    expect(service.bodies).toEqual([{ userPromptData: { text: 'hello' } }]);
  });

  it('takes the project of the credentials where none is named, and another member for answers', async () => {
    const service = new FakeService([answerOf({})]);
    await check(service, ['hello'], { project_id: undefined }, 'answer');
    expect(service.requests[0]?.url).toContain(
      '/v1/projects/found-project/locations/europe-west4/templates/template-1:sanitizeModelResponse',
    );
    expect(service.bodies).toEqual([{ modelResponseData: { text: 'hello' } }]);
  });

  it('blocks by any filter, and names the kinds of harm', async () => {
    expect(await check(new FakeService([answerOf(jailbreak)]), ['x'])).toMatchObject({
      action: 'block',
      findings: [{ kind: 'pi_and_jailbreak', count: 1 }],
    });
    const rai = {
      rai: { raiFilterResult: { ...found, raiFilterTypeResults: { hate_speech: found, dangerous: clear } } },
    };
    expect(await check(new FakeService([answerOf(rai)]), ['x'])).toMatchObject({
      findings: [{ kind: 'rai:hate_speech', count: 1 }],
    });
  });

  it('masks by what the template de-identifies, where it is told to', async () => {
    const service = () =>
      new FakeService((body) => {
        const { text } = (body as { userPromptData: { text: string } }).userPromptData;
        return answerOf(text.includes('a@b.de') ? deidentified(text.replace('a@b.de', '[EMAIL]')) : {});
      });
    const parameters = { mask_request_content: true };
    expect(await check(service(), ['none', 'to a@b.de'], parameters)).toMatchObject({
      action: 'mask',
      texts: ['none', 'to [EMAIL]'],
    });
    expect((await check(service(), ['to a@b.de'])).action).toBe('block');
    expect((await check(service(), [`${'word '.repeat(3_000)}a@b.de`], parameters)).action).toBe('block');
    const both = new FakeService([answerOf({ ...deidentified('x'), ...jailbreak })]);
    expect((await check(both, ['to a@b.de'], parameters)).action).toBe('block');
  });

  it('blocks by a filter that matches where the sum of the filters says that none does', async () => {
    const filterResults = { csam: { csamFilterFilterResult: clear }, ...jailbreak };
    const json = {
      sanitizationResult: { filterMatchState: 'NO_MATCH_FOUND', filterResults, invocationResult: 'SUCCESS' },
    };
    expect(await check(new FakeService([{ json }]), ['x'])).toMatchObject({
      action: 'block',
      findings: [{ kind: 'pi_and_jailbreak', count: 1 }],
    });
  });

  it('is unavailable where nothing was found and not every filter has looked', async () => {
    await expect(check(new FakeService([answerOf({}, 'PARTIAL')]), ['x'])).rejects.toMatchObject({
      code: 'guardrail_unavailable',
    });
    expect((await check(new FakeService([answerOf(jailbreak, 'PARTIAL')]), ['x'])).action).toBe('block');
  });
});
