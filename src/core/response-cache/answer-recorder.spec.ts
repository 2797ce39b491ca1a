/** What is kept of an answer, and which answers are not. */
import { AnswerRecorder } from './answer-recorder.js';

const facts = { usage: { promptTokens: 3, completionTokens: 2 } };
const textOf = (parts: readonly Uint8Array[] | undefined): string[] | undefined =>
  parts?.map((part) => Buffer.from(part).toString());

it('keeps a stream part by part, as it was sent', () => {
  const recorder = new AnswerRecorder(1_000);
  const network = Buffer.from('data: one\n\n');
  recorder.part(network);
  network.fill('x');
  recorder.part('data: two\n\n');
  const answer = recorder.finish({ ...facts, contentType: 'text/event-stream', servedBy: 'd1' }, 1_000, 500);
  expect(textOf(answer?.parts)).toEqual(['data: one\n\n', 'data: two\n\n']);
  expect(answer).toMatchObject({ form: 'stream', ...facts, servedBy: 'd1', storedAtMs: 1_000, expiresAtMs: 1_500 });
});

it('keeps a whole answer as one part', () => {
  const recorder = new AnswerRecorder(1_000);
  recorder.whole('{"a":1}');
  expect(recorder.finish(facts, 0, 1)).toMatchObject({ form: 'whole' });
  expect(recorder.finish(facts, 0, 1)).toBeUndefined();
});

it.each([
  ['filtered', ['{"choices":[{"finish_reason":"content_filter"}]}']],
  ['refused', ['{"stop_reason": "refusal"}']],
  ['blocked', ['{"candidates":[{"finishReason":"SAFETY"}]}']],
  ['failed', ['{"status":"failed"}']],
  ['an error within a stream', ['event: error\ndata: {"type":"error"}\n\n']],
  ['filtered, in parts that are cut anywhere', ['{"finish_re', 'ason":"content_fil', 'ter"}']],
])('does not keep an answer that is %s', (_what, parts) => {
  const recorder = new AnswerRecorder(1_000);
  for (const part of parts) recorder.part(part);
  expect(recorder.finish(facts, 0, 1)).toBeUndefined();
});

it('keeps an answer that only speaks of such things', () => {
  const recorder = new AnswerRecorder(1_000);
  recorder.whole(JSON.stringify({ content: '{"finish_reason":"content_filter"}' }));
  expect(recorder.finish(facts, 0, 1)).toBeDefined();
});

it.each([
  ['nothing', []],
  ['an empty part', ['']],
  ['more than may be kept', ['a'.repeat(600), 'b'.repeat(600)]],
])('does not keep %s', (_what, parts) => {
  const recorder = new AnswerRecorder(1_000);
  for (const part of parts) recorder.part(part);
  expect(recorder.finish(facts, 0, 1)).toBeUndefined();
});

it('keeps nothing once it was told to drop it', () => {
  const recorder = new AnswerRecorder(1_000);
  recorder.part('a');
  recorder.drop();
  recorder.part('b');
  expect(recorder.finish(facts, 0, 1)).toBeUndefined();
});
