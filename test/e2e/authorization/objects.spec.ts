/** The authorization matrix for objects (S-09): own, of the same team, of another team, of another organization, missing. */
import type { Answer } from '../support/http-client.js';
import { AuthorizationBench, verdictOf } from './bench.js';
import { known, type KnownCaller } from './callers.js';
import { readObjectTable, updating, writeObjectTable, type ObjectRow } from './tables.js';
import { days } from './things.js';
import { mayKnowOf, objectId, objectKinds, positions, type ObjectKind, type Position } from './world.js';

jest.setTimeout(600_000);

const heading = [
  'What whom is told of which object. To add one, write its request on a line of its own and run scripts/update-authorization.sh:',
  '  POST /key/block {"key":"{key}"}',
  `In braces stands the kind of the object: ${objectKinds.join(', ')}; {own_key} and the like are the caller's own, beside it.`,
  'own and same_team are the caller\'s own (a team admin\'s and a team member\'s team is team-own; the org admin\'s organization holds team-own and team-other).', // prettier-ignore
  `Each letter is a caller: ${known.join(', ')}.`,
  'u not known (401), a not an administrator (401), f forbidden (403), n not found (404), b something else is wrong with the request, + served.',
];

interface Tried {
  readonly answer: Answer;
  readonly id: string;
}

const kindIn = (request: string): ObjectKind => {
  const named = [...request.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const kind = objectKinds.find((one) => named.includes(one));
  if (kind === undefined) throw new Error(`No object stands in ${request}.`);
  return kind;
};

/** The request about an object, with its caller's own objects beside it. */
function fillIn(request: string, kind: ObjectKind, id: string, caller: KnownCaller): string {
  return request
    .replaceAll(`{${kind}}`, id)
    .replaceAll('{days}', days)
    .replaceAll(/\{own_(\w+)\}/g, (_, own: ObjectKind) => objectId(own, 'own', caller) ?? '');
}

let bench: AuthorizationBench;
const tried = new Map<string, Tried>();
const live: ObjectRow[] = [];
const written = readObjectTable();
const nameOf = (request: string, position: Position, caller: KnownCaller): string => `${request} ${position} ${caller}`;

async function tryOne(request: string, position: Position, caller: KnownCaller): Promise<Tried | undefined> {
  const kind = kindIn(request);
  const id = objectId(kind, position, caller);
  if (id === undefined) return undefined;
  const [method = '', path = '', ...body] = fillIn(request, kind, id, caller).split(' ');
  const answer = await bench.ask(caller, { method, path, ...(body.length > 0 && { body: body.join(' ') }) });
  if (method !== 'GET' && answer.status < 400) await bench.restore();
  return { answer, id };
}

beforeAll(async () => {
  bench = await AuthorizationBench.start();
  for (const { request } of written) {
    const verdicts = new Map<string, string>();
    for (const position of positions) {
      let letters = '';
      for (const caller of known) {
        const one = await tryOne(request, position, caller);
        if (!one) continue;
        letters += verdictOf(one.answer);
        tried.set(nameOf(request, position, caller), one);
      }
      if (letters !== '') verdicts.set(position, letters);
    }
    live.push({ request, verdicts });
  }
  if (updating) writeObjectTable(heading, live);
});
afterAll(() => bench.stop());

it('every object is told of as its row says', () => {
  const lines = (rows: readonly ObjectRow[]): string[] =>
    rows.flatMap(({ request, verdicts }) =>
      [...verdicts].map(([position, letters]) => `${request} ${position} ${letters}`),
    );
  expect(live.length).toBeGreaterThan(0);
  expect(lines(live)).toEqual(lines(readObjectTable()));
});

/** An id that is taken cannot be given again: whoever may make such an object hears of that. */
const givesId = /^POST \/\w+\/new \{"(\w+)_id":"\{\1\}"/;

/** What is served to everybody is no secret, and an admin of a team may add whoever is in its organization. */
const rightlyTold = [
  'GET /model/info?litellm_model_id={model} own',
  'POST /team/member_add {"team_id":"{own_team}","member":{"user_id":"{user}","role":"user"}} other_team team_admin',
];

it('nobody is told a foreign object from a missing one', () => {
  const told: string[] = [];
  const words = ({ answer, id }: Tried, shown: string): string =>
    `${answer.status} ${answer.text.replaceAll(id, shown)}`.replaceAll(/"(request_id|created|created_at|updated_at|id|key|token|[a-z_]*key_name|expires_at)":("[^"]*"|\d+)/g, ''); // prettier-ignore
  for (const { request } of written.filter((row) => !givesId.test(row.request))) {
    for (const caller of known) {
      const missing = tried.get(nameOf(request, 'missing', caller));
      for (const position of positions) {
        const name = nameOf(request, position, caller);
        const foreign = tried.get(name);
        if (!foreign || !missing || position === 'missing' || mayKnowOf(kindIn(request), position, caller)) continue;
        if (rightlyTold.some((row) => name.startsWith(row))) continue;
        // A short id may stand in other words by chance.
        const isSame = [foreign.id, '{id}'].some((shown) => words(foreign, shown) === words(missing, shown === '{id}' ? shown : missing.id)); // prettier-ignore
        if (!isSame) told.push(`${name}: ${foreign.answer.text} | ${missing.answer.text}`);
      }
    }
  }
  expect(told).toEqual([]);
});

it('nothing fails, whoever asks', () => {
  const failed = [...tried].filter(([, { answer }]) => verdictOf(answer) === '!').map(([name]) => name);
  expect(failed).toEqual([]);
});
