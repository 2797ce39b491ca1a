/** Input as it is kept and listed: ids, parts, pages. */
import { pageOf, responseOfItem, toStoredItems, withoutOwnIds } from './input-items.js';

const uuid = '019a0000-0000-7000-8000-000000000001';
const responseId = `resp_${uuid}`;

it('gives every item an id and a message its parts, and leaves what a client has named', () => {
  const items = toStoredItems(
    [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello', id: 'msg_own' },
      { role: 'user', content: [{ type: 'input_image', image_url: 'data:,' }] },
      { type: 'function_call_output', call_id: 'c', output: 'snow' },
      { type: 'mcp_list_tools' },
    ],
    responseId,
  );
  expect(items).toEqual([
    {
      type: 'message',
      id: `msg_${uuid}_in0`,
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_text', text: 'Hi' }],
    },
    {
      type: 'message',
      id: 'msg_own',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hello' }],
    },
    expect.objectContaining({ content: [{ type: 'input_image', image_url: 'data:,' }] }),
    { type: 'function_call_output', id: `fco_${uuid}_in3`, call_id: 'c', output: 'snow' },
    { type: 'mcp_list_tools', id: `item_${uuid}_in4` },
  ]);
  expect(toStoredItems('Hi', responseId)).toEqual([items[0]]);
});

it('tells its own ids, and the response that they belong to, from those of others', () => {
  expect([`msg_${uuid}_0`, `fc_${uuid}_in12`].map(responseOfItem)).toEqual([responseId, responseId]);
  expect(['msg_abc', `msg_${uuid}`, `${uuid}_0`, 5, undefined].map(responseOfItem)).toEqual(Array(5).fill(undefined));
});

it('leaves out what another provider cannot know: its own ids, and thoughts', () => {
  const items = [
    { type: 'reasoning', id: `rs_${uuid}_0`, encrypted_content: 'thinking.x' },
    { type: 'message', id: `msg_${uuid}_1`, role: 'assistant', content: 'Hi' },
    { type: 'reasoning', id: 'rs_of_another' },
    { role: 'user', content: 'Two' },
  ];
  expect(withoutOwnIds(items)).toEqual([
    { type: 'message', role: 'assistant', content: 'Hi' },
    { type: 'reasoning', id: 'rs_of_another' },
    { role: 'user', content: 'Two' },
  ]);
});

describe('a page', () => {
  const items = Array.from({ length: 45 }, (_, index) => ({ type: 'message', id: `m${index}` }));
  const ids = (query: Parameters<typeof pageOf>[1]) => pageOf(items, query).data.map(({ id }) => id);

  it('has twenty items, the newest first', () => {
    const page = pageOf(items, {});
    expect([page.data.length, page.first_id, page.last_id, page.has_more]).toEqual([20, 'm44', 'm25', true]);
  });

  it('goes on after the item that was last, to the end and no further', () => {
    expect(ids({ after: 'm2' })).toEqual(['m1', 'm0']);
    expect(ids({ order: 'asc', after: 'm1', limit: '2' })).toEqual(['m2', 'm3']);
    expect(pageOf(items, { order: 'asc', after: 'm43', limit: '1' }).has_more).toBe(false);
    expect(pageOf(items, { after: 'm0' })).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: 'x' }, 'limit'],
    [{ order: 'up' }, 'order'],
    [{ after: 'gone' }, 'after'],
  ])('is refused for %j', (query, param) => {
    expect(() => pageOf(items, query)).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });
});
