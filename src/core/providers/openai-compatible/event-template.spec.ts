import fc from 'fast-check';
import { EventTemplate } from './event-template.js';

const event = (content: string, rest = '"finish_reason":null'): string =>
  `data: {"id":"c","choices":[{"index":0,"delta":{"content":${content}},${rest}}]}\n\n`;

describe('EventTemplate', () => {
  const template = EventTemplate.learn(event('"first"'));

  it('matches events that differ in their text alone', () => {
    const text = event('" Paris"') + event('"\\n\\"x\\""');
    const middle = template?.matchEnd(text, 0) ?? -1;
    expect(middle).toBe(event('" Paris"').length);
    expect(template?.matchEnd(text, middle)).toBe(text.length);
  });

  it.each([
    ['another finish reason', event('"x"', '"finish_reason":"stop"')],
    ['an empty text', event('""')],
    ['an unfinished string', event('"x').slice(0, -30)],
    ['a raw line feed within the text', event('"a\nb"')],
    ['an unknown escape', event('"a\\q"')],
    ['a torn event', event('"x"').slice(0, -3)],
    ['a member that ends the text early', event('"x","role":"assistant"')],
  ])('does not match %s', (_name, text) => {
    expect(template?.matchEnd(text, 0)).toBe(-1);
  });

  it('learns nothing from an event without text', () => {
    expect(EventTemplate.learn('data: {"choices":[]}\n\n')).toBeUndefined();
  });

  it('matches only what parses, and parses to the same but for the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (content) => {
        const text = Buffer.from(event(`"${content}"`)).toString('latin1');
        if (template?.matchEnd(text, 0) !== text.length) return;
        const parsed = JSON.parse(Buffer.from(text, 'latin1').toString().slice(6)) as { choices: object[] };
        expect(parsed).toEqual({
          id: 'c',
          choices: [{ index: 0, delta: { content: expect.any(String) }, finish_reason: null }],
        });
      }),
      { numRuns: 2_000 },
    );
  });
});
