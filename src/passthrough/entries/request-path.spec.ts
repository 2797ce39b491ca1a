import fc from 'fast-check';
import { readRequestPath } from './request-path.js';

it('keeps what goes upstream as it came, and decodes once what is decided on', () => {
  expect(readRequestPath('/bedrock/model/a%3Ab%2Fc/invoke?x=%2F&y')).toEqual({
    raw: ['bedrock', 'model', 'a%3Ab%2Fc', 'invoke'],
    segments: ['bedrock', 'model', 'a:b/c', 'invoke'],
    normalised: '/bedrock/model/a:b/c/invoke',
    query: 'x=%2F&y',
  });
  expect(readRequestPath('/a/%2541').normalised).toBe('/a/%41');
});

it.each([
  '/a/..',
  '/a/../b',
  '/./a',
  '/a/%2e%2e',
  '/a/%2E./b',
  '/a%2f..%2fb',
  '/a//b',
  '//a',
  '/a%2f%2fb',
  '/a;b',
  '/a%3bb',
  '/a\\b',
  '/a%5c',
  '/a%00',
  '/a%0d%0a',
  '/a%7f',
  '/a/%252e%252e/b',
  '/a%252f..',
  '/%',
  '/%zz',
  '/%c3%28',
  '/a#b',
])('refuses %s', (url) => {
  // prettier-ignore
  expect(() => readRequestPath(url)).toThrow('not well-formed');
});

it('whatever it lets pass holds nothing that a second reader could take for a step upwards', () => {
  const piece = fc.constantFrom(
    'a',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '%5c',
    '%25',
    '2e',
    '/',
    ';',
    '%3b',
    'é',
    '%c3%a9',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const url = `/${pieces.join('')}`;
      let normalised: string;
      try {
        ({ normalised } = readRequestPath(url));
      } catch {
        return;
      }
      for (const spelling of [normalised, decoded(normalised)]) {
        expect(new URL(spelling, 'http://a').pathname.split('/')).toHaveLength(spelling.split('/').length);
        expect(spelling).not.toMatch(/(?:^|\/)\.{1,2}(?:\/|$)/);
      }
    }),
  );
});

function decoded(path: string): string {
  return path.replace(/%2e/gi, '.').replace(/%(?:2f|5c)/gi, '/');
}
