/** What stands at web addresses in a Messages request is found everywhere, and everything else stays. */
import type { MessagesBlock, MessagesRequest } from '../../schema/anthropic/messages-request.js';
import { plainParameters } from '../../spec/parameters.js';
import { anthropicHost } from './claude-host.js';
import { nativeMessages } from './native-messages.js';
import { sourceAddresses, withFetchedSources } from './remote-sources.js';

const at = (url: string) => ({ type: 'image', source: { type: 'url', url } });
const bytes = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } };

function messagesWith(first: MessagesBlock, second: MessagesBlock, third: MessagesBlock): MessagesRequest['messages'] {
  return [
    { role: 'user', content: 'https://text.example' },
    {
      role: 'user',
      content: [
        { ...first, cache_control: { type: 'ephemeral' } },
        { type: 'tool_result', tool_use_id: 't', content: [null as never, second] },
        { type: 'document', source: { type: 'content', content: [third] }, title: 'x' },
        { type: 'search_result', source: 'https://source.example' as never, content: [] },
        { type: 'document', source: { type: 'url', url: 'file:///etc/passwd' } },
        { type: 'image', source: { type: 'file', file_id: 'f' } },
        { type: 'text', text: 'Hi', source: null as never },
      ],
    },
  ];
}

const call = {
  body: {
    model: 'ours',
    max_tokens: 5,
    messages: messagesWith(at('https://a.example/1'), at('http://b.example/2'), at('https://a.example/1')),
  },
  bytes: Buffer.from('{}'),
  model: 'claude',
  stream: false,
  endpoint: { origin: 'https://h.example', basePath: '' },
  parameters: plainParameters,
  created: 0,
  responseId: 'msg_1',
};

it('finds each address once', () => {
  expect(sourceAddresses(call.body)).toEqual(['https://a.example/1', 'http://b.example/2']);
});

it('puts the bytes in their place, in body and bytes alike', () => {
  const file = { mediaType: 'image/png', base64: 'iVBO' };
  const media = new Map(sourceAddresses(call.body).map((url) => [url, file]));
  const complete = withFetchedSources({ ...call, media });
  expect(complete.body).toEqual({ ...call.body, messages: messagesWith(bytes, bytes, bytes) });
  expect(JSON.parse(complete.bytes.toString())).toEqual(complete.body);
});

it('leaves a call alone for which nothing was fetched', () => {
  expect(withFetchedSources(call)).toBe(call);
});

it('is asked for by hosts alone that fetch nothing themselves', () => {
  expect(nativeMessages().remoteMedia?.(call)).toEqual([]);
  expect(nativeMessages({ ...anthropicHost, takesAddresses: false }).remoteMedia?.(call)).toHaveLength(2);
});
