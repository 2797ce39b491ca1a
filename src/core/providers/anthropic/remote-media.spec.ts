/** Addresses in messages, and what is put in their place for hosts that fetch nothing. */
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import { plainParameters } from '../../spec/parameters.js';
import { remoteAddresses, withFetchedMedia } from './remote-media.js';

const body = {
  model: 'claude',
  messages: [
    { role: 'system', content: 'https://not.example/a-part' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'https://not.example/a-part' },
        { type: 'image_url', image_url: { url: 'https://a.example/1.png', detail: 'low' } },
        { type: 'image_url', image_url: 'https://a.example/1.png' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        { type: 'file', file: { file_id: 'file-123' } },
        { type: 'file', file: { file_data: 'http://a.example/2.pdf', filename: '2.pdf' } },
        { type: 'document', source: { type: 'url', url: 'https://a.example/3.pdf' }, title: 'three' },
      ],
    },
    { role: 'tool', tool_call_id: 't', content: [{ type: 'file', file: { file_id: 'https://a.example/4.pdf' } }] },
  ],
} as unknown as ChatCompletionRequest;
const call = {
  body,
  model: 'claude',
  stream: false,
  endpoint: { origin: 'https://h.example', basePath: '' },
  parameters: plainParameters,
  created: 0,
  responseId: 'r',
};

it('finds each address once, in every role and kind of part', () => {
  expect(remoteAddresses(body)).toEqual([
    'https://a.example/1.png',
    'http://a.example/2.pdf',
    'https://a.example/3.pdf',
    'https://a.example/4.pdf',
  ]);
});

it('puts what was fetched in their place, and leaves everything else', () => {
  const media = new Map(remoteAddresses(body).map((each) => [each, { mediaType: 'a/b', base64: each.at(-5) ?? '' }]));
  const { messages } = withFetchedMedia({ ...call, media }).body;
  expect(messages[0]).toEqual(body.messages[0]);
  expect(messages[1]?.content).toEqual([
    { type: 'text', text: 'https://not.example/a-part' },
    { type: 'image_url', image_url: { url: 'data:a/b;base64,1', detail: 'low' } },
    { type: 'image_url', image_url: { url: 'data:a/b;base64,1' } },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    { type: 'file', file: { file_id: 'file-123' } },
    { type: 'file', file: { file_data: 'data:a/b;base64,2', filename: '2.pdf' } },
    { type: 'document', source: { type: 'base64', media_type: 'a/b', data: '3' }, title: 'three' },
  ]);
  expect(messages[2]?.content).toEqual([{ type: 'file', file: { file_data: 'data:a/b;base64,4' } }]);
});

it('is the call itself where nothing was fetched, and bears bodies of any shape', () => {
  expect(withFetchedMedia(call)).toBe(call);
  for (const messages of [undefined, 7, [null, {}, { content: [null, 3, {}] }]])
    expect(remoteAddresses({ messages } as unknown as ChatCompletionRequest)).toEqual([]);
});
