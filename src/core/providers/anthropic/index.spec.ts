/** Anthropic's credentials and the capabilities read from its models' names. */
import type { OutboundRequest } from '../../spec/outbound.js';
import { anthropic } from './index.js';
import { modelTraits } from './model-traits.js';
import { toStructuredSchema } from './structured-output.js';

const request: OutboundRequest = {
  method: 'POST',
  origin: 'https://api.anthropic.com',
  path: '/v1/messages',
  headers: { 'content-type': 'application/json' },
  body: '{}',
};

const context = { nowMs: 0, settings: {} };

describe('authenticate', () => {
  it('sends an API key as x-api-key', () => {
    expect(anthropic.authenticate(request, { apiKey: 'sk-ant-api03-x' }, context)).toEqual({
      ...request,
      headers: { ...request.headers, 'x-api-key': 'sk-ant-api03-x' },
    });
  });

  it('sends a token of an account as bearer, with its beta beside the others', () => {
    const withBeta = { ...request, headers: { 'anthropic-beta': 'a' } };
    expect(anthropic.authenticate(withBeta, { apiKey: 'sk-ant-oat01-x' }, context)).toMatchObject({
      headers: { authorization: 'Bearer sk-ant-oat01-x', 'anthropic-beta': 'a,oauth-2025-04-20' },
    });
    expect(anthropic.authenticate(request, { apiKey: 'sk-ant-oat01-x' }, context)).not.toHaveProperty(
      'headers.x-api-key',
    );
  });

  it('adds nothing where there is no key', () => {
    expect(anthropic.authenticate(request, {}, context)).toBe(request);
  });
});

describe('modelTraits', () => {
  const none = { thinking: false, structuredOutput: false, adaptiveThinking: false, sampling: true };
  it.each([
    ['claude-2.1', none],
    ['claude-instant-1.2', none],
    ['claude-3-5-sonnet-20241022', none],
    ['claude-3-7-sonnet-latest', { ...none, thinking: true }],
    ['claude-sonnet-4-20250514', { ...none, thinking: true }],
    ['claude-opus-4-1@20250805', { ...none, thinking: true }],
    ['claude-haiku-4-5-20251001', { ...none, thinking: true, structuredOutput: true }],
    [
      'us.anthropic.claude-opus-4-6-v1:0',
      { thinking: true, structuredOutput: true, adaptiveThinking: true, sampling: true },
    ],
    ['claude-opus-4-7', { thinking: true, structuredOutput: true, adaptiveThinking: true, sampling: false }],
    ['claude-sonnet-5', { thinking: true, structuredOutput: true, adaptiveThinking: true, sampling: false }],
    ['kimi-k2', { ...none, thinking: true }],
  ])('of %s', (model, traits) => {
    expect(modelTraits(model)).toEqual(traits);
  });

  it('decide which parameters are supported', () => {
    const has = (model: string, param: string) => anthropic.chat!.supportedParams(model).has(param);
    expect(
      ['claude-3-5-haiku', 'claude-sonnet-4', 'claude-opus-4-7'].map((model) => has(model, 'reasoning_effort')),
    ).toEqual([false, true, true]);
    expect(
      ['claude-3-5-haiku', 'claude-sonnet-4', 'claude-opus-4-7'].map((model) => has(model, 'temperature')),
    ).toEqual([true, true, false]);
  });
});

describe('toStructuredSchema', () => {
  it('closes every object and tells limits in words, at any depth, without touching the original', () => {
    const item = { type: 'object', properties: { minimum: { type: 'number', minimum: 0, description: 'Lowest' } } };
    const schema = {
      type: 'object',
      properties: {
        list: { type: 'array', items: { anyOf: [item, { $ref: '#/$defs/a' }] }, minItems: 1, maxItems: 3 },
      },
      required: ['list'],
      $defs: { a: { type: 'string', enum: ['x', 'y'], minLength: 1 } },
    };
    const before = JSON.stringify(schema);
    expect(toStructuredSchema(schema)).toEqual({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: {
            anyOf: [
              {
                type: 'object',
                properties: { minimum: { type: 'number', description: 'Lowest {minimum: 0}' } },
                additionalProperties: false,
              },
              { $ref: '#/$defs/a' },
            ],
          },
          minItems: 1,
          description: '{maxItems: 3}',
        },
      },
      required: ['list'],
      $defs: { a: { type: 'string', enum: ['x', 'y'], description: '{minLength: 1}' } },
      additionalProperties: false,
    });
    expect(JSON.stringify(schema)).toBe(before);
  });
});
