import type { ListedModel } from '../../catalog/catalog-snapshot.js';
import { providerRegistry } from '../../core/providers/registry.js';
import type { Deployment } from '../../core/spec/index.js';
import { namesFor } from './listed-models.js';

function listed(id: string, provider = 'openai', model = '*'): ListedModel {
  const deployment = { provider: providerRegistry.find(provider), model } as unknown as Deployment;
  return { id, isPattern: id.includes('*'), accessGroups: [], deployments: [deployment] };
}

const everything = { user: { models: [] }, withPatterns: false };

describe('the list of models', () => {
  it('shows a pattern as the known chat models of its provider', () => {
    const names = namesFor([listed('openai/*')], everything);
    expect(names).toContain('openai/gpt-4o');
    expect(names).not.toContain('openai/*');
    expect(names).not.toContain('openai/text-embedding-3-small');
  });

  it('shows the pattern itself where it is asked for, or where no model is known to meet it', () => {
    expect(namesFor([listed('openai/*')], { user: { models: [] }, withPatterns: true })).toContain('openai/*');
    expect(namesFor([listed('mine/*', 'custom_openai')], everything)).toEqual(['mine/*']);
    expect(namesFor([listed('*-fast')], everything)).toEqual(['*-fast']);
  });

  it('holds what the key may use and nothing else, each name once', () => {
    const models = [listed('gpt-4o', 'openai', 'gpt-4o'), listed('openai/*'), listed('gpt-4o', 'openai', 'gpt-4o')];
    expect(namesFor(models, { user: { models: ['gpt-4o', 'openai/gpt-4o'] }, withPatterns: false })).toEqual([
      'gpt-4o',
      'openai/gpt-4o',
    ]);
  });
});
