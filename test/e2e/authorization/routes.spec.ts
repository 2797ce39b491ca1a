/** The authorization matrix (S-09): every route of the application as built x everybody who may call it equals the reviewed table. */
import { AuthorizationBench, nameOf, pathOf, verdictOf, type Verdict } from './bench.js';
import { callers, known, strangers } from './callers.js';
import { readRouteTable, updating, writeRouteTable, type RouteRow } from './tables.js';

/** Some thousands of requests, on a machine that may be busy. */
jest.setTimeout(600_000);

const heading = [
  'Who may call which route. Written by scripts/update-authorization.sh, then reviewed; a route without a line fails the tests.',
  'Each line: method, route as the router has it, audience, then a letter for each caller.',
  `Strangers: ${strangers.join(', ')}. Known: ${known.join(', ')}.`,
  'u not known (401), a not an administrator (401), f forbidden (403), + let through by the guard, whatever the handler says then.',
];

/** In this table what a handler says of a request is no matter: all that counts is that it was asked. */
const letThrough: readonly Verdict[] = ['n', 'b', '+'];

const nobody = 'uuuuuu';
/** What a route's audience comes to, column by column: the table may say `f` where a handler tells its caller so. */
const lawOf: Readonly<Record<string, string>> = {
  public: '+++++++++++++++',
  llm_api: `${nobody}+++++++++`,
  own_info: `${nobody}+++++++++`,
  scoped_read: `${nobody}a++++++++`,
  scoped: `${nobody}aa++++a++`,
  admin_read: `${nobody}aaaaaa+++`,
  management: `${nobody}aaaaaaa++`,
  master_key: `${nobody}aaaaaaaa+`,
  entry: `${nobody}+++++++++`,
};

let bench: AuthorizationBench;
const live = new Map<string, RouteRow>();
let table: Map<string, RouteRow>;

beforeAll(async () => {
  bench = await AuthorizationBench.start();
  for (const route of bench.routes) {
    let verdicts = '';
    for (const caller of callers) {
      bench.audience = undefined;
      const answer = await bench.probe(caller, { method: route.method, path: pathOf(route.url) });
      const verdict = verdictOf(answer);
      verdicts += letThrough.includes(verdict) ? '+' : verdict;
    }
    live.set(nameOf(route), { audience: String(bench.audienceOfEntry(route.url) ?? bench.audience), verdicts });
    // What a probe has made or removed is not to change the next one's answer.
    if (route.method !== 'GET') await bench.restore();
  }
  if (updating) writeRouteTable(heading, live);
  table = readRouteTable();
});
afterAll(() => bench.stop());

it('has a row for each route, and none for what is gone', () => {
  expect([...live.keys()].filter((name) => !table.has(name))).toEqual([]);
  expect([...table.keys()].filter((name) => !live.has(name))).toEqual([]);
  expect(live.size).toBeGreaterThan(30);
});

it('every route does what its row says', () => {
  const rows = (from: ReadonlyMap<string, RouteRow>) =>
    [...from].map(([name, { audience, verdicts }]) => `${name} ${audience} ${verdicts}`).sort();
  expect(rows(live)).toEqual(rows(table));
});

it('no row is laxer than its audience', () => {
  const wrong = [...table].filter(([, { audience, verdicts }]) => {
    const law = lawOf[audience];
    if (law === undefined || verdicts.length !== callers.length) return true;
    return [...verdicts].some((letter, at) => letter !== law[at] && !(letter === 'f' && law[at] === '+'));
  });
  expect(wrong).toEqual([]);
});

it('HEAD is as strict as GET, and OPTIONS and unknown methods open nothing', async () => {
  const wrong: string[] = [];
  for (const route of bench.routes) {
    const { verdicts = '' } = live.get(nameOf(route)) ?? {};
    for (const [at, caller] of callers.entries()) {
      if (verdicts[at] === '+') continue;
      for (const method of route.method === 'GET' ? ['HEAD', 'OPTIONS'] : ['OPTIONS']) {
        const { status } = await bench.probe(caller, { method, path: pathOf(route.url) });
        if (status < 400 || status >= 500) wrong.push(`${caller} ${method} ${route.url}: ${status}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

/** What some servers let a client say instead of its method, path or host. */
const disguises: readonly Readonly<Record<string, string>>[] = [
  { 'x-http-method-override': 'GET' },
  { 'x-method-override': 'GET', 'x-http-method': 'GET' },
  { 'x-original-url': '/health/liveliness', 'x-rewrite-url': '/health/liveliness' },
  { 'x-forwarded-prefix': '/health', 'x-forwarded-path': '/health/liveliness' },
  { 'x-forwarded-host': 'localhost', 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' }, // prettier-ignore
  { host: 'localhost' },
  { host: '127.0.0.1:4000' },
  { host: 'health.liveliness' },
];

it('no header makes a route less strict (S-03)', async () => {
  const wrong: string[] = [];
  for (const route of bench.routes) {
    const { verdicts = '' } = live.get(nameOf(route)) ?? {};
    for (const caller of ['no_key', 'internal_user'] as const) {
      const expected = verdicts[callers.indexOf(caller)];
      if (expected === '+') continue;
      for (const headers of disguises) {
        const answer = await bench.probe(caller, {
          method: route.method,
          path: `${pathOf(route.url)}?_method=GET`,
          headers,
        });
        if (verdictOf(answer) !== expected) wrong.push(`${caller} ${nameOf(route)} ${JSON.stringify(headers)}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
