/** Fetching what a client's addresses lead to: types, sizes, redirects, and nothing said of what lies behind them. */
import type { Dispatcher } from 'undici';
import { FakeUpstream, type FakeExchange } from '../testing/fake-upstream.js';
import { fetchMedia, mediaDefaults } from './fetch-media.js';

const png = Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1');

function serve(answer: (exchange: FakeExchange, attempt: number) => void) {
  const upstream = new FakeUpstream(answer);
  const origins: string[] = [];
  const dispatcherFor = (origin: string): Dispatcher => {
    origins.push(origin);
    return upstream.dispatcher;
  };
  return { upstream, origins, dispatcherFor };
}

it('gives each address its bytes, asking once for one that stands twice', async () => {
  const { upstream, dispatcherFor } = serve(
    (asked) => void asked.head(200, { 'content-type': 'image/jpeg; q=1' }).data('x').end(),
  );
  const urls = ['https://a.example/1.jpg?size=2', 'https://a.example/2.jpg', 'https://a.example/1.jpg?size=2'];
  const media = await fetchMedia(urls, dispatcherFor);
  expect([...media.keys()]).toEqual(urls.slice(0, 2));
  expect(media.get(urls[0]!)).toEqual({ mediaType: 'image/jpeg', base64: 'eA==' });
  expect(upstream.exchanges.map(({ request }) => request.path).sort()).toEqual(['/1.jpg?size=2', '/2.jpg']);
});

it('knows common formats by their first bytes, whatever the server calls them', async () => {
  const { dispatcherFor } = serve((asked) => void asked.head(200, { 'content-type': 'text/html' }).data(png).end());
  const media = await fetchMedia(['https://a.example/p'], dispatcherFor);
  expect(media.get('https://a.example/p')?.mediaType).toBe('image/png');
});

it('follows a redirect through the same check of addresses', async () => {
  const { origins, dispatcherFor } = serve(
    (asked, attempt) =>
      void (attempt === 1
        ? asked.head(302, { location: 'https://cdn.example/p.png' }).end()
        : asked.head(200, { 'content-type': 'image/png' }).data(png).end()),
  );
  await fetchMedia(['https://a.example/p'], dispatcherFor);
  expect(origins).toEqual(['https://a.example', 'https://cdn.example']);
});

it.each<[string, (asked: FakeExchange) => void, string]>([
  ['a status of failure', (asked) => void asked.head(404).end(), 'the status 404'],
  ['endless redirects', (asked) => void asked.head(302, { location: '/again' }).end(), 'redirects too often'],
  [
    'a redirect to another scheme',
    (asked) => void asked.head(302, { location: 'file:///etc/passwd' }).end(),
    'no http',
  ],
  ['a page', (asked) => void asked.head(200, { 'content-type': 'application/x-sh' }).data('hi').end(), 'content type'],
  [
    'too many bytes',
    (asked) => void asked.head(200, { 'content-type': 'image/png' }).data(Buffer.alloc(11)),
    'larger than 10',
  ],
  ['a broken connection', (asked) => void asked.error(new Error('10.0.0.7 refused')), 'cannot be reached'],
])('refuses %s', async (_name, answer, reason) => {
  const { dispatcherFor } = serve(answer);
  const failing = fetchMedia(['https://a.example/p?sig=secret'], dispatcherFor, { ...mediaDefaults, maxBytes: 10 });
  await expect(failing).rejects.toMatchObject({
    code: 'invalid_request',
    status: 400,
    message: expect.stringContaining(reason) as unknown,
  });
  await expect(failing).rejects.not.toMatchObject({ message: expect.stringMatching(/secret|10\.0\.0\.7/) as unknown });
});

it('gives up on a server that does not answer', async () => {
  const { upstream, dispatcherFor } = serve(() => undefined);
  const failing = fetchMedia(['https://a.example/p'], dispatcherFor, { ...mediaDefaults, timeoutMs: 5 });
  await expect(failing).rejects.toMatchObject({ code: 'invalid_request' });
  expect(upstream.last.aborted).toBeDefined();
});

it('refuses more addresses than its limit, asking for none', async () => {
  const { upstream, dispatcherFor } = serve(() => undefined);
  const urls = Array.from({ length: 21 }, (_, index) => `https://a.example/${index}`);
  await expect(fetchMedia(urls, dispatcherFor)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(upstream.exchanges).toHaveLength(0);
});
