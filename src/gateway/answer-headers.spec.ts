import { AnswerHeaders } from './answer-headers.js';

it('holds names and values in turn, each name once', () => {
  const headers = new AnswerHeaders().add('x-a', '1').add('x-b', 'x-a').replace('x-a', '2').replace('x-c', '3');
  expect(headers.pairs).toEqual(['x-a', '2', 'x-b', 'x-a', 'x-c', '3']);
});
