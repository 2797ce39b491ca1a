/** The management routes refuse what they do not know, by name, and take no value for a query operator (S-02, S-08, S-19). */
import { expectRefused } from '../support/envelope.js';
import type { Answer } from '../support/http-client.js';
import { ceilingMs, expectUnharmed, startBench, type BadInputBench } from './gateway-for-bad-input.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

let bench: BadInputBench;
beforeAll(async () => (bench = await startBench()));
afterAll(() => bench.stop());
afterEach(() => expectUnharmed(bench));

function post(path: string, body: unknown, contentType = 'application/json'): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return bench.gateway.send({ method: 'POST', path, headers: { 'content-type': contentType }, body: text });
}

const kinds = { true: true, 'a number': 7.5, 'an empty text': '', 'a list': [[]], 'an object': { not: '' } };
type Kind = keyof typeof kinds;
const fields: readonly (readonly [path: string, field: string, taken: readonly Kind[]])[] = [
  ['/key/generate', 'key', []],
  ['/key/generate', 'key_alias', []],
  ['/key/generate', 'key_type', []],
  ['/key/generate', 'duration', []],
  ['/key/generate', 'models', []],
  ['/key/generate', 'metadata', ['an object']],
  ['/key/generate', 'user_id', []],
  ['/key/generate', 'team_id', []],
  ['/key/generate', 'blocked', ['true']],
  ['/key/delete', 'keys', []],
  ['/key/delete', 'key_aliases', []],
];
const wrongFields = fields.flatMap(([path, field, taken]) =>
  (Object.keys(kinds) as Kind[])
    .filter((kind) => !taken.includes(kind))
    .map((kind) => ({ path, field, kind, value: kinds[kind] })),
);

it.each(wrongFields)('$path: `$field` as $kind: 400 naming it', async ({ path, field, value }) => {
  const before = await bench.gateway.countKeys();
  const answer = await post(path, { [field]: value });
  expect(expectRefused(answer, 400).param).toMatch(new RegExp(`^${field}(\\.|$)`));
  expect(answer.durationMs).toBeLessThan(ceilingMs);
  expect(await bench.gateway.countKeys()).toBe(before);
});

it.each([
  'user_role',
  'token',
  'constructor',
  'toString',
  'hasOwnProperty',
  'createdAt',
  'spend',
  'max_budget',
  'allowed_routes',
  '',
])('a key is not made with a field that would not be kept: `%s`', async (field) => {
  const before = await bench.gateway.countKeys();
  expect(expectRefused(await post('/key/generate', { [field]: ['x'] }), 400).param ?? '').toBe(field);
  expect(await bench.gateway.countKeys()).toBe(before);
});

it.each([
  '1',
  '-1s',
  '1.5h',
  '0x1s',
  '1 s',
  '1y',
  's',
  '30',
  `${'9'.repeat(400)}d`,
  '999999999mo',
  'NaNs',
  "1s'; DROP TABLE",
])('a duration of %.20j: 400', async (duration) => {
  expect(expectRefused(await post('/key/generate', { duration }), 400).param).toBe('duration');
});

it.each(['/key/generate', '/key/delete'])('%s takes JSON objects of a bounded size alone', async (path) => {
  for (const body of ['{', 'null', '[]', '"x"', '{"a":1}{']) expectRefused(await post(path, body), 400);
  expectRefused(await post(path, `{"metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 400);
  expectRefused(await post(path, '{}', 'text/plain'), 415);
  expectRefused(await post(path, { metadata: { a: 'x'.repeat(1024 * 1024) } }), 413);
});

const oddTexts = [
  ...[
    "' OR '1'='1",
    '"; DROP TABLE "SpendLog"; --',
    '%',
    '_',
    '*',
    '[object Object]',
    'null',
    '-1',
    '1e9',
    '99999999999999999999',
  ],
  ...['\u0000', '\ud800', '日本', '../..', '{"not":""}', 'x'.repeat(900)],
].map((text) => encodeURIComponent(text.toWellFormed()));
const queries: readonly (readonly [path: string, names: readonly string[]])[] = [
  ['/spend/logs', ['api_key', 'user_id', 'request_id', 'start_date', 'end_date', 'summarize']],
  [
    '/spend/logs/v2',
    [
      'api_key',
      'user_id',
      'team_id',
      'request_id',
      'model',
      'model_group',
      'model_id',
      'end_user',
      'status_filter',
      'min_spend',
      'max_spend',
      'page',
      'page_size',
      'start_date',
      'end_date',
    ],
  ],
  ['/key/info', ['key']],
];

it.each(queries)('%s: no text in a query is more than a text', async (path, names) => {
  const failures: string[] = [];
  for (const name of names) {
    const tries = [
      ...oddTexts.map((text) => `${name}=${text}`),
      ...[
        `${name}[not]=x`,
        `${name}[]=x`,
        `${name}=a&${name}=b`,
        `${name}[contains]=&${name}[mode]=insensitive`,
        `${name}`,
        `${name}=`,
        `${name}=%zz`,
        `__proto__[polluted]=1&${name}=x`,
      ],
    ];
    const answers = await Promise.all(
      tries.map((query) => bench.gateway.send({ method: 'GET', path: `${path}?${query}` })),
    );
    answers.forEach((answer, at) => {
      if (![200, 400, 404].includes(answer.status)) failures.push(`${tries[at]} -> ${answer.status} ${answer.text}`);
      else if (answer.status !== 200) expectRefused(answer);
    });
  }
  expect(failures).toEqual([]);
});

it.each(["' OR '1'='1", '%', '*', '__proto__', 'constructor', '..%2f..%2fkey%2finfo', '%00', '{"not":""}'])(
  'GET /v1/models/%s: 404',
  async (name) => {
    const path = `/v1/models/${encodeURI(name).replaceAll('%25', '%')}`;
    const answer = await bench.gateway.send({ method: 'GET', path: name === '%' ? '/v1/models/%25' : path });
    expectRefused(answer, 404);
  },
);
