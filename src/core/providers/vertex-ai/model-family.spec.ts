/** Names of models as users write them, and what they lead to. */
import { readModel } from './model-family.js';

describe('readModel', () => {
  it.each([
    ['gemini-2.5-flash', 'gemini', 'publishers/google/models/gemini-2.5-flash'],
    ['gemini/gemini-2.5-pro', 'gemini', 'publishers/google/models/gemini-2.5-pro'],
    ['google/gemini-2.5-pro', 'gemini', 'publishers/google/models/gemini-2.5-pro'],
    ['imagen-4.0-generate-001', 'gemini', 'publishers/google/models/imagen-4.0-generate-001'],
    ['claude-sonnet-4@20250514', 'claude', 'publishers/anthropic/models/claude-sonnet-4@20250514'],
    ['anthropic/claude-opus-4-6', 'claude', 'publishers/anthropic/models/claude-opus-4-6'],
    ['mistral-large@2407', 'mistral', 'publishers/mistralai/models/mistral-large@2407'],
    ['codestral-2', 'mistral', 'publishers/mistralai/models/codestral-2'],
    ['mistralai/mistral-medium-3', 'mistral', 'publishers/mistralai/models/mistral-medium-3'],
    ['jamba-1.5-mini@001', 'ai21', 'publishers/ai21/models/jamba-1.5-mini@001'],
    ['meta/llama-4-scout-17b-16e-instruct-maas', 'open', 'endpoints/openapi'],
    ['deepseek-ai/deepseek-v3.1-maas', 'open', 'endpoints/openapi'],
    ['openai/gpt-oss-120b-maas', 'open', 'endpoints/openapi'],
    ['google/gemma-3-27b-it-maas', 'open', 'endpoints/openapi'],
    ['4965075652664360960', 'gemini', 'endpoints/4965075652664360960'],
    ['gemini/4965075652664360960', 'gemini', 'endpoints/4965075652664360960'],
    ['endpoints/4965075652664360960', 'gemini', 'endpoints/4965075652664360960'],
    ['openai/5464397967697903616', 'open', 'endpoints/5464397967697903616'],
    ['publishers/anthropic/models/claude-opus-4-6', 'claude', 'publishers/anthropic/models/claude-opus-4-6'],
    ['projects/p/locations/us-east5/endpoints/77', 'gemini', 'projects/p/locations/us-east5/endpoints/77'],
    [
      'projects/p/locations/l/publishers/google/models/gemini-2.5-flash',
      'gemini',
      'projects/p/locations/l/publishers/google/models/gemini-2.5-flash',
    ],
    ['projects/p/locations/l/publishers/meta/models/llama-x-maas', 'open', 'projects/p/locations/l/endpoints/openapi'],
  ])('reads %s', (model, family, resource) => {
    expect(readModel(model)).toMatchObject({ family, resource });
  });

  it('names the model in the body as each publisher wants it', () => {
    expect(readModel('mistral-large@2407').wireModel).toBe('mistral-large');
    expect(readModel('jamba-1.5-mini@001').wireModel).toBe('jamba-1.5-mini');
    expect(readModel('meta/llama-x-maas').wireModel).toBe('meta/llama-x-maas');
    expect(readModel('publishers/meta/models/llama-x-maas').wireModel).toBe('meta/llama-x-maas');
    expect(readModel('openai/5464397967697903616').wireModel).toBeUndefined();
  });

  it('lets no name climb out of the path', () => {
    expect(readModel('gemini-x/../../y?z#').resource).not.toMatch(/\.\.|[?#]/);
    expect(readModel('projects/../locations/l/endpoints/7').resource).not.toContain('..');
  });
});
