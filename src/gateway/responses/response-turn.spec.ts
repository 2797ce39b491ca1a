/** What a request is asked with: its own input, what it builds on, and nothing that the receiver cannot know. */
import type { ResponsesRequest } from '../../core/schema/openai/responses.js';
import type { Conversation } from '../../objects/responses/stored-response.js';
import { requestForKeeper, wholeRequest, type ResponseTurn } from './response-turn.js';

const uuid = '019a0000-0000-7000-8000-000000000001';
const said = { type: 'message', id: `msg_${uuid}_0`, role: 'assistant', content: 'Hello' };
const conversation: Conversation = { turns: [`resp_${uuid}`], items: [said], bytes: 9, expiresAt: new Date(0) };
const none: ResponseTurn = { previous: undefined, conversation: undefined, referenced: new Map() };
const request = (more: Partial<ResponsesRequest> = {}): ResponsesRequest => ({ model: 'm', input: 'Hi', ...more });
const own = { type: 'message', role: 'user', content: 'Hi' };
const reference = { type: 'item_reference', id: said.id };

it('a request that builds on nothing stays as it is', () => {
  const body = request();
  expect(wholeRequest(body, none)).toBe(body);
  expect(requestForKeeper(body, none)).toBeUndefined();
});

it('a conversation goes before the input, whoever is asked; a provider that keeps items is told no foreign ids', () => {
  const body = request({ previous_response_id: `resp_${uuid}`, temperature: 0.5 });
  const turn = { ...none, conversation };
  expect(wholeRequest(body, turn)).toEqual({ model: 'm', temperature: 0.5, input: [said, own] });
  const { id: _id, ...anonymous } = said;
  expect(requestForKeeper(body, turn)).toEqual({ model: 'm', temperature: 0.5, input: [anonymous, own] });
});

it('what the input names stands in its place', () => {
  const turn = { ...none, referenced: new Map([[said.id, said]]) };
  const body = request({ input: [reference, own] });
  expect(wholeRequest(body, turn).input).toEqual([said, own]);
  const kept = requestForKeeper({ ...body, previous_response_id: 'resp_p' }, turn);
  expect(kept).toMatchObject({ previous_response_id: 'resp_p', input: [{ role: 'assistant' }, own] });
});

it('what nobody here has kept is refused where the provider keeps nothing either, and left to one that does', () => {
  const body = request({ input: [reference] });
  expect(() => wholeRequest(body, none)).toThrow(expect.objectContaining({ code: 'object_not_found', param: 'input' }));
  expect(requestForKeeper(body, none)).toBeUndefined();
});
