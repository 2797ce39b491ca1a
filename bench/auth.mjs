// What knowing a caller costs: a cached key's look-up and the guard's decision, in microseconds and bytes allocated.
// node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/auth.mjs, after scripts/build.sh
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.join(import.meta.dirname, '..');
const load = (module) => import(pathToFileURL(path.join(root, 'dist', module)).href);
await import('reflect-metadata');
const { AuthService } = await load('auth/auth.service.js');
const { keyHash } = await load('auth/key-hash.js');
const { principalOfKey } = await load('auth/authenticators/virtual-key.js');
const { VirtualKeyCache } = await load('auth/virtual-key-cache.js');
const { listsRoute } = await load('auth/routes/route-list.js');
const { modelDenial } = await load('auth/model-access.js');
const { systemClock } = await load('core/spec/clock.js');

if (typeof gc !== 'function') {
  console.error('bench/auth: run it with --expose-gc.');
  process.exit(2);
}

const keys = 10_000;
const rounds = 500_000;
const clearOf = (index) => `sk-bench-${String(index).padStart(32, '0')}`;
const recordOf = (token, index) => ({
  token,
  keyAlias: null,
  userId: `user-${index % 500}`,
  teamId: `team-${index % 50}`,
  organizationId: `org-${index % 5}`,
  projectId: null,
  role: 'internal_user',
  expiresAtMs: null,
  replacedUntilMs: null,
  refusal: null,
  models: ['gpt-4o', 'openai/*'],
  modelLevels: [{ denial: 'team_model_access_denied', models: ['fast', 'gpt-4o'] }],
  modelAliases: {},
  tags: ['bench'],
  allowedRoutes: ['llm_api_routes'],
  allowedIps: [],
  enforcedParams: [],
  dependsOn: ['access_group', `key:${token}`, `user:user-${index % 500}`, `team:team-${index % 50}`, `organization:org-${index % 5}`], // prettier-ignore
});
const records = new Map(
  Array.from({ length: keys }, (_, index) => [keyHash(clearOf(index)), recordOf(keyHash(clearOf(index)), index)]),
);
const settings = { masterKey: 'sk-master-0123456789-0123456789-0123', maxCachedKeys: keys, keyTtlMs: 3_600_000, serveWithoutDatabase: true, staleKeyMaxMs: 1, keyHeader: undefined }; // prettier-ignore
const repository = { find: async (token) => records.get(token) ?? null };
const feed = { isFresh: () => true, subscribe: () => () => undefined };
const auth = new AuthService(settings, feed, repository, systemClock);
const cache = new VirtualKeyCache({ find: repository.find, hearsChanges: () => true }, settings, systemClock);
const headers = Array.from({ length: keys }, (_, index) => ({ authorization: `Bearer ${clearOf(index)}` }));
const tokens = [...records.keys()];
for (const header of headers) await auth.authenticate(header);
for (const token of tokens) await cache.find(token);

function measure(name, work) {
  for (let round = 0; round < 50_000; round++) work(round % keys);
  gc();
  const before = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round++) work(round % keys);
  const us = ((performance.now() - startedAt) * 1_000) / rounds;
  const bytes = (process.memoryUsage().heapUsed - before) / rounds;
  console.log(`${name.padEnd(58)} ${us.toFixed(3).padStart(8)} us ${bytes.toFixed(0).padStart(6)} bytes`);
}

const now = systemClock.now();
const known = await auth.authenticate(headers[0]);
const route = { method: 'POST', template: '/v1/chat/completions', audience: 'llm_api' };
measure('authenticate: header to principal, 10,000 cached keys', (index) => auth.authenticate(headers[index]));
measure('  of that: the cached record and its principal', (index) => principalOfKey(cache.find(tokens[index]), now));
measure('allowed_routes of the key', () => listsRoute(known.allowedRoutes, route));
measure('model access at two levels', () => modelDenial(known, 'gpt-4o', ['fast']));
measure('a change that no cached key depends on', (index) => auth.forget('team', `nobody-${index % 50}`));
