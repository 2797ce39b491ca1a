/** Who is left out before a deployment is chosen: too short a window, another region, a missing parameter, a used-up limit. */
import { errorReader, madeUpDeployment, madeUpProvider } from '../testing/deployments.js';
import { plainParameters, type Deployment } from '../spec/index.js';
import { DeploymentState } from './deployment-state.js';
import { fitDeployments, overLimitMs } from './pre-call-checks.js';

const wide = madeUpDeployment({ id: 'wide', routing: { maxInputTokens: 100_000 } });
const narrow = madeUpDeployment({ id: 'narrow', routing: { maxInputTokens: 1_000 } });
const unknown = madeUpDeployment({ id: 'unknown' });
const idsOf = (deployments: readonly Deployment[]): string[] => deployments.map(({ id }) => id);
const fit = (deployments: readonly Deployment[], facts: Partial<Parameters<typeof fitDeployments>[2]> = {}): string[] =>
  idsOf(fitDeployments(deployments, 'group', { promptTokens: 10, params: [], ...facts }));

describe('the context window', () => {
  it('leaves out what is too short, and keeps what nobody knows the length of', () => {
    expect(fit([wide, narrow, unknown], { promptTokens: 1_001 })).toEqual(['wide', 'unknown']);
    expect(fit([wide, narrow], { promptTokens: 1_000 })).toEqual(['wide', 'narrow']);
  });

  it('is an error of its own where the prompt is too long for all, so that its fallbacks are asked', () => {
    expect(() => fit([wide, narrow], { promptTokens: 100_001 })).toThrow(
      expect.objectContaining({ code: 'context_window_exceeded', status: 400 }),
    );
  });

  it('is the price table’s where the operator says nothing', () => {
    const known = madeUpDeployment({ id: 'known', provider: madeUpProvider({ id: 'openai' }), model: 'gpt-4o' });
    const based = madeUpDeployment({ id: 'based', provider: madeUpProvider({ id: 'azure' }), model: 'mine', baseModel: 'azure/gpt-4o' }); // prettier-ignore
    expect(fit([known, based, wide], { promptTokens: 90_000 })).toEqual(['known', 'based', 'wide']);
    expect(fit([known, based, unknown], { promptTokens: 500_000 })).toEqual(['unknown']);
  });
});

describe('the region', () => {
  const at = (id: string, provider: Record<string, unknown>): Deployment =>
    madeUpDeployment({ id, parameters: { ...plainParameters, provider } });
  const deployments = [
    at('aws-eu', { aws_region_name: 'eu-central-1' }),
    at('google-eu', { vertex_location: 'europe-west4' }),
    at('aws-us', { aws_region_name: 'us-east-1' }),
    madeUpDeployment({ id: 'said', routing: { region: 'EU' } }),
    unknown,
  ];

  it('keeps those that are there, by whichever name their provider has for it, and nobody of whom it is not known', () => {
    expect(fit(deployments, { region: 'eu' })).toEqual(['aws-eu', 'google-eu', 'said']);
    expect(fit(deployments, { region: 'us' })).toEqual(['aws-us']);
    expect(fit(deployments, { region: 'europe-west4' })).toEqual(['google-eu']);
  });

  it('refuses rather than to leave it', () => {
    expect(() => fit(deployments, { region: 'asia' })).toThrow(expect.objectContaining({ code: 'no_deployment' }));
  });
});

describe('parameters', () => {
  const chatting = (id: string, params: string[], given: Partial<Deployment> = {}): Deployment =>
    madeUpDeployment({
      id,
      provider: madeUpProvider({ chat: { ...errorReader(), passesUnknownParams: false, supportedParams: () => new Set(params) } }), // prettier-ignore
      ...given,
    });
  const able = chatting('able', ['tools', 'seed']);
  const unable = chatting('unable', ['seed']);

  it('lead to those that support them, or that may drop them', () => {
    const dropping = chatting('dropping', [], { parameters: { ...plainParameters, dropUnsupported: true } });
    const allowing = chatting('allowing', ['seed'], { parameters: { ...plainParameters, alsoAllowed: ['tools'] } });
    expect(fit([able, unable, dropping, allowing], { params: ['tools', 'seed'] })).toEqual(['able', 'dropping', 'allowing']); // prettier-ignore
  });

  it('leave the answer to the provider where nobody supports them', () => {
    expect(fit([able, unable], { params: ['logprobs'] })).toEqual(['able', 'unable']);
  });
});

describe('the limits of a deployment', () => {
  it.each([
    ['requests', { rpm: 2 }],
    ['tokens', { tpm: 20 }],
  ])('hold for %s, until what counts is a minute old', (_what, limits) => {
    const deployment = madeUpDeployment(limits);
    const state = new DeploymentState();
    const attempt = (now: number): void => state.succeed(state.begin(now, false), now, { tokens: 10 });
    attempt(1_000);
    expect(overLimitMs(deployment, state, 1_000)).toBe(0);
    attempt(2_000);
    const waitMs = overLimitMs(deployment, state, 3_000);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    expect(overLimitMs(deployment, state, 3_000 + waitMs)).toBe(0);
  });

  it('are none where the deployment has none', () => {
    const state = new DeploymentState();
    for (let index = 0; index < 100; index += 1) state.begin(0, false);
    expect(overLimitMs(madeUpDeployment(), state, 0)).toBe(0);
  });
});
