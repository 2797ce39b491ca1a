/** Files are brought into memory for those adapters alone that put them into JSON. */
import { Readable } from 'node:stream';
import { withLoadedFiles } from './load-files.js';

const stored = (text: string) => ({
  name: 'a.png',
  contentType: 'image/png',
  source: { size: text.length, read: () => Readable.from([Buffer.from(text.slice(0, 1)), Buffer.from(text.slice(1))]) },
  salt: '1',
});
const inMemory = { name: 'b.png', contentType: 'image/png', bytes: Buffer.from('two') };

it('loads what is stored, alone and in lists', async () => {
  const body = { prompt: 'x', image: [stored('one'), inMemory], mask: stored('mask'), n: null };
  expect(await withLoadedFiles({ inlinesFiles: true }, body)).toEqual({
    prompt: 'x',
    image: [{ name: 'a.png', contentType: 'image/png', bytes: Buffer.from('one') }, inMemory],
    mask: { name: 'a.png', contentType: 'image/png', bytes: Buffer.from('mask') },
    n: null,
  });
});

it('leaves a body alone where nothing is stored, or its adapter sends files as they are', () => {
  const nothing = { prompt: 'x', image: [inMemory] };
  expect(withLoadedFiles({ inlinesFiles: true }, nothing)).toBe(nothing);
  const file = { file: stored('one') };
  expect(withLoadedFiles({}, file)).toBe(file);
});
