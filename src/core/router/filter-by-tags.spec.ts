/** Tags lead to the deployments that have them, to the default ones otherwise, and never anywhere else. */
import { GatewayError } from '../errors/gateway-error.js';
import { madeUpDeployment } from '../testing/deployments.js';
import { filterByTags } from './filter-by-tags.js';

const tagged = (id: string, ...tags: string[]) => madeUpDeployment({ id, routing: { tags } });
const free = tagged('free', 'free');
const paid = tagged('paid', 'paid');
const both = tagged('both', 'free', 'paid', 'eu');
const fallback = tagged('fallback', 'default');
const bare = madeUpDeployment({ id: 'bare' });
const all = [free, paid, both, fallback, bare];

const ids = (tags: readonly string[], { among = all, matchAny = true } = {}): string[] =>
  filterByTags(among, tags, matchAny).map(({ id }) => id);

it.each([
  ['one tag', ['free'], ['free', 'both']],
  ['any of several', ['free', 'paid'], ['free', 'paid', 'both']],
  ['a tag that nobody has: the default ones', ['other'], ['fallback']],
  ['no tag: the default ones', [], ['fallback']],
  ['an excluded tag', ['free', '!eu'], ['free']],
  ['an excluded tag alone: the default ones without it', ['!eu'], ['fallback']],
  ['a required tag beside wanted ones', ['free', 'paid', '&eu'], ['both']],
  ['a required tag alone', ['&paid'], ['paid', 'both']],
])('leads %s', (_what, tags, expected) => {
  expect(ids(tags)).toEqual(expected);
});

it('wants all tags where it is told to', () => {
  expect(ids(['free', 'paid'], { matchAny: false })).toEqual(['both']);
});

it('lets requests without tags go anywhere where no deployment is a default one', () => {
  expect(ids([], { among: [free, bare] })).toEqual(['free', 'bare']);
});

it.each([[['other']], [['free', '!free']], [['&nothing']]])('refuses %j, which leads nowhere', (tags) => {
  let refusal: unknown;
  try {
    ids(tags, { among: [free, paid] });
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(GatewayError);
  expect(refusal).toMatchObject({ code: 'forbidden', status: 403 });
  expect((refusal as GatewayError).message).toContain('Not allowed to access model due to tags configuration');
});
