import fc from 'fast-check';
import { applySplices, scanTopLevel } from './json-splice.js';

/** Replaces the value of `model` in the bytes of `json` as the native path does. */
function withModel(json: string, model: string): string | undefined {
  const text = Buffer.from(json).toString('latin1');
  const span = scanTopLevel(text, ['model'], JSON.parse(json) as object)?.spans.get('model');
  return span && applySplices(text, [{ ...span, text: JSON.stringify(model) }]).toString();
}

describe('editing JSON in place', () => {
  it('changes one member of any JSON object and nothing else', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const indent = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), value),
        value,
        fc.string({ unit: 'grapheme' }),
        indent,
        (rest, old, model, space) => {
          const body = { ...rest, model: old, zz: '\\"' };
          const json = JSON.stringify(body, null, space);
          const changed = withModel(json, model);
          // Keys with escapes are left to the serialiser.
          if (Object.keys(body).every((key) => JSON.stringify(key) === `"${key}"` && /^[ -~]*$/.test(key))) {
            expect(JSON.stringify(JSON.parse(changed ?? ''))).toBe(JSON.stringify({ ...body, model }));
          } else {
            expect(changed).toBeUndefined();
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      '{"model":"a","messages":[{"model":"x","content":"\\"model\\":\\"y\\""}]}',
      '{"model":"B","messages":[{"model":"x","content":"\\"model\\":\\"y\\""}]}',
    ],
    [' \r\n{ "a" : [ "]" , {"b":"}"} ] ,\t"model" : "a" } ', ' \r\n{ "a" : [ "]" , {"b":"}"} ] ,\t"model" : "B" } '],
    ['{"content":"ends in a backslash \\\\","model":null}', '{"content":"ends in a backslash \\\\","model":"B"}'],
    ['{"n":1.5e-3,"t":true,"model":"日本"}', '{"n":1.5e-3,"t":true,"model":"B"}'],
  ])('keeps every other byte of %j', (before, after) => {
    expect(withModel(before, 'B')).toBe(after);
  });

  it('writes a name beyond ASCII so that it parses to the same', () => {
    expect(JSON.parse(withModel('{"model":"a"}', 'modèle-日本 🦜') ?? '')).toEqual({ model: 'modèle-日本 🦜' });
  });

  it('refuses where parsers would not take the first one: members given twice', () => {
    expect(withModel('{"model":"a","model":"b"}', 'B')).toBeUndefined();
    expect(withModel('{"model":"a","user":"x","user":"y"}', 'B')).toBeUndefined();
    // As many members as the body has, since one was added to it.
    expect(scanTopLevel('{"model":"a","model":"b"}', ['model'], { model: 'b', temperature: 0 })).toBeUndefined();
  });

  it('refuses a key that is written with escapes', () => {
    expect(withModel('{"\\u006dodel":"a","model":"b"}', 'B')).toBeUndefined();
  });

  it('refuses where members were added or taken out since the bytes were parsed, even as many of each', () => {
    const text = '{"model":"a","api_key":"sk-client"}';
    expect(scanTopLevel(text, ['model'], { model: 'a', temperature: 0 })).toBeUndefined();
    expect(scanTopLevel(text, ['model'], { model: 'a' })).toBeUndefined();
    expect(scanTopLevel(text, ['model'], { model: 'a', api_key: '', temperature: 0 })).toBeUndefined();
  });

  it('refuses bytes that begin with a byte order mark', () => {
    expect(
      scanTopLevel(Buffer.from('\uFEFF{"model":"a"}').toString('latin1'), ['model'], { model: 'a' }),
    ).toBeUndefined();
  });
});
