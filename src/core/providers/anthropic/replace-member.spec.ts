/** A member in bytes gives way to others, or to nothing, and everything else stays. */
import fc from 'fast-check';
import { applySplices, scanTopLevel } from '../openai-compatible/json-splice.js';
import { replaceMember } from './replace-member.js';

function replaced(json: string, name: string, members: object): string {
  const text = Buffer.from(json).toString('latin1');
  const span = scanTopLevel(text, [name], JSON.parse(json) as object)?.spans.get(name);
  if (!span) throw new Error(`${name} is not found.`);
  return applySplices(text, [replaceMember(text, name, span, members)]).toString();
}

it.each([
  ['{"model":"model","a":1}', { v: 'é' }, '{"v":"\\u00e9","a":1}'],
  ['{ "a": "x,y" , "model" : null }', { v: [1], w: 2 }, '{ "a": "x,y" , "v":[1],"w":2 }'],
  ['{"model":"x"}', {}, '{}'],
  ['{"model":"x" ,\n"a":1}', {}, '{\n"a":1}'],
  ['{"a":1,"model":"x","b":{"model":2}}', {}, '{"a":1,"b":{"model":2}}'],
  ['{"a":"ü,",\n "model":"x"\n}', {}, '{"a":"ü,"\n}'],
])('%j with %j in its place is %j', (before, members, after) => {
  expect(replaced(before, 'model', members)).toBe(after);
});

it('leaves valid JSON of the other members, in their order', () => {
  const name = fc.stringMatching(/^[a-z ,:{}[\]]{1,8}$/).filter((each) => each !== 'model' && each !== '__proto__');
  const value = fc.jsonValue({ maxDepth: 2 });
  const members = fc.uniqueArray(fc.tuple(name, value), { selector: ([each]) => each, maxLength: 5 });
  const indent = fc.constantFrom(undefined, 2, '\t');
  const added = fc.constantFrom({}, { new: 'model' }, { new: 1, newer: [2] });
  fc.assert(
    fc.property(members, members, value, indent, added, (before, after, old, space, instead) => {
      const names = new Set(before.map(([each]) => each));
      const others = after.filter(([each]) => !names.has(each));
      const body = Object.fromEntries([...before, ['model', old], ...others]);
      const expected = Object.fromEntries([...before, ...Object.entries(instead), ...others]);
      const result = replaced(JSON.stringify(body, null, space), 'model', instead);
      expect(JSON.stringify(JSON.parse(result))).toBe(JSON.stringify(expected));
    }),
    { numRuns: 300 },
  );
});
