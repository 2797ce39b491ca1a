import type { Dispatcher } from 'undici';
import { RequestProbe } from './request-probe.js';

const ask = (probe: RequestProbe, method: 'GET' | 'POST', path: string): Error | undefined => {
  let failure: Error | undefined;
  const handler: Dispatcher.DispatchHandler = { onResponseError: (_controller, error) => void (failure = error) };
  probe.dispatch({ origin: 'https://a.example', path, method, headers: { a: 'b' }, body: '{}' }, handler);
  return failure;
};

it('keeps the first request that a call would send, and ends every one', () => {
  const probe = new RequestProbe();
  expect(ask(probe, 'POST', '/first')?.message).toContain('not sent');
  expect(ask(probe, 'POST', '/second')).toBeInstanceOf(Error);
  expect(probe.seen).toEqual({ method: 'POST', origin: 'https://a.example', path: '/first', headers: { a: 'b' }, body: '{}' }); // prettier-ignore
});

it('takes a file that would have to be fetched for none', () => {
  const probe = new RequestProbe();
  expect(ask(probe, 'GET', '/picture.png')).toBeInstanceOf(Error);
  expect(probe.seen).toBeUndefined();
});
