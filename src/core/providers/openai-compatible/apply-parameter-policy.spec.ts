import { plainParameters } from '../../spec/parameters.js';
import { applyParameterPolicy } from './apply-parameter-policy.js';

const supported = new Set(['temperature', 'tools', 'metadata']);
const context = { provider: 'acme', model: 'm' };
const frame = { model: 'my-model', messages: [], stream: true, stream_options: null };

function apply(params: Record<string, unknown>, policy = {}, passesUnknown = true): Record<string, unknown> {
  return applyParameterPolicy(
    { ...frame, ...params },
    supported,
    passesUnknown,
    { ...plainParameters, ...policy },
    context,
  );
}

describe('applyParameterPolicy', () => {
  it('returns the same object where nothing changes', () => {
    const body = { ...frame, temperature: 1, vendor_flag: true };
    expect(applyParameterPolicy(body, supported, true, plainParameters, context)).toBe(body);
    const unmatched = { ...plainParameters, alwaysDrop: ['user', 'metadata.trace', 'model'] };
    expect(applyParameterPolicy(body, supported, true, unmatched, context)).toBe(body);
  });

  it('refuses an unsupported parameter by name, with provider and model', () => {
    expect(() => apply({ logit_bias: {} })).toThrow(
      expect.objectContaining({
        code: 'unsupported_parameter',
        param: 'logit_bias',
        message: expect.stringMatching(/acme.*logit_bias.*for the model m/),
      }),
    );
  });

  it('refuses a parameter that OpenAI does not define only where unknown ones do not pass', () => {
    expect(apply({ vendor_flag: 1 })).toEqual({ ...frame, vendor_flag: 1 });
    expect(() => apply({ vendor_flag: 1 }, {}, false)).toThrow(expect.objectContaining({ param: 'vendor_flag' }));
  });

  it('drops instead of refusing where the deployment says so', () => {
    expect(apply({ logit_bias: {}, temperature: 1 }, { dropUnsupported: true })).toEqual({ ...frame, temperature: 1 });
    expect(apply({ logit_bias: {} }, { alwaysDrop: ['logit_bias'] })).toEqual(frame);
  });

  it('passes what the deployment also allows', () => {
    expect(apply({ logit_bias: {} }, { alsoAllowed: ['logit_bias'] })).toEqual({ ...frame, logit_bias: {} });
  });

  it('treats null like absent: an unsupported null is no error and does not reach the provider', () => {
    expect(apply({ logit_bias: null, temperature: null })).toEqual({ ...frame, temperature: null });
  });

  it('drops nested members by path, within lists too, and leaves the given body as it was', () => {
    const params = {
      temperature: 1,
      metadata: { trace: 'x', kept: 'y' },
      tools: [{ function: { name: 'a', strict: true } }, { function: { name: 'b' } }],
    };
    const before = structuredClone(params);
    expect(apply(params, { alwaysDrop: ['temperature', 'metadata.trace', 'tools[*].function.strict'] })).toEqual({
      ...frame,
      metadata: { kept: 'y' },
      tools: [{ function: { name: 'a' } }, { function: { name: 'b' } }],
    });
    expect(params).toEqual(before);
  });

  it('never takes out what is asked and how it is delivered', () => {
    expect(apply({}, { alwaysDrop: ['model', 'messages', 'stream', 'stream_options'] })).toEqual(frame);
  });

  it('gives a member called __proto__ no power', () => {
    const body = JSON.parse('{"model":"m","messages":[],"__proto__":{"polluted":1},"logit_bias":1}') as Record<
      string,
      unknown
    >;
    const result = applyParameterPolicy(body, supported, true, { ...plainParameters, dropUnsupported: true }, context);
    expect(Reflect.get(result, 'polluted')).toBeUndefined();
    expect(Object.keys(result)).toEqual(['model', 'messages', '__proto__']);
  });
});
