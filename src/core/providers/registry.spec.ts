import { providerRegistry } from './registry.js';

describe('the provider registry', () => {
  it('finds every provider under its own id', () => {
    expect(providerRegistry.ids.length).toBeGreaterThan(0);
    for (const id of providerRegistry.ids) expect(providerRegistry.find(id)?.id).toBe(id);
  });

  it('lists no id twice, so that none hides another', () => {
    expect(new Set(providerRegistry.ids).size).toBe(providerRegistry.ids.length);
    expect(providerRegistry.ids).toEqual(expect.arrayContaining(['anthropic', 'demo', 'groq', 'openai']));
  });

  it('knows the other names of a provider', () => {
    expect(providerRegistry.find('openai_like')?.id).toBe('custom_openai');
  });

  it.each(['nope', '', '__proto__', 'constructor'])('finds nothing under %j', (id) => {
    expect(providerRegistry.find(id)).toBeNull();
  });
});
