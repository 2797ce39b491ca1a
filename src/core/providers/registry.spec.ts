import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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

describe('every provider with a folder of its own', () => {
  const shared = ['openai-compatible', 'token-exchange', 'demo'];
  const folders = readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !shared.includes(entry.name))
    .map(({ name }) => name);
  const endpoints = ['embeddings', 'rerank', 'images', 'transcription', 'speech', 'moderations'] as const;

  it.each(folders)('%s has a contract test over fixtures, for every endpoint that it serves', (folder) => {
    const provider = providerRegistry.find(folder.replaceAll('-', '_'));
    const missing = endpoints.filter(
      (endpoint) => provider?.[endpoint] && !existsSync(join(__dirname, folder, '__fixtures__', endpoint)),
    );
    expect([provider?.id, missing]).toEqual([folder.replaceAll('-', '_'), []]);
    expect(existsSync(join(__dirname, folder, 'contract.spec.ts'))).toBe(true);
    expect(readdirSync(join(__dirname, folder, '__fixtures__'))).not.toEqual([]);
  });
});
