/** An answer that a content policy has cut off is known in each dialect, and taken back before its client has it. */
import { isCutOff, refuseCutOff } from './cut-off-answer.js';
import type { LlmExchange } from './llm-exchange.js';

const cutOff = [
  { choices: [{ finish_reason: 'content_filter' }] },
  { type: 'message', stop_reason: 'refusal' },
  { object: 'response', incomplete_details: { reason: 'content_filter' } },
  { candidates: [{ finishReason: 'SAFETY' }] },
  { candidates: [{ finishReason: 'PROHIBITED_CONTENT' }] },
];
const complete = [
  { choices: [{ finish_reason: 'stop' }] },
  { choices: [{ finish_reason: 'length' }] },
  { type: 'message', stop_reason: 'end_turn' },
  { object: 'response', incomplete_details: { reason: 'max_output_tokens' } },
  { object: 'response', incomplete_details: null },
  { candidates: [{ finishReason: 'STOP' }] },
  { candidates: [] },
];

it.each(cutOff)('%j is cut off', (answer) => expect(isCutOff(JSON.stringify(answer))).toBe(true));
it.each(complete)('%j is not', (answer) => expect(isCutOff(JSON.stringify(answer))).toBe(false));
it('does not read what is no object', () => expect(isCutOff('ID3 sound')).toBe(false));

it('takes the answer back, and leaves a good one', () => {
  const good = { answer: { answer: JSON.stringify(complete[0]), usage: undefined } } as LlmExchange;
  refuseCutOff(good);
  expect(good.answer).toBeDefined();
  const bad = { answer: { answer: Buffer.from(JSON.stringify(cutOff[0])), usage: undefined } } as LlmExchange;
  expect(() => refuseCutOff(bad)).toThrow(expect.objectContaining({ code: 'content_policy_violation' }));
  expect(bad.answer).toBeUndefined();
});
