import type { Cohere } from 'cohere-ai';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { EndpointCall } from '../../spec/endpoint-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { cohere } from './index.js';

/** The SDK's types name members in camel case; the wire, and what the SDK sends, is in snake case. */
type SnakeName<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeName<Rest>}`
  : Name;

type Wire<T> = T extends readonly (infer Each)[]
  ? Wire<Each>[]
  : T extends object
    ? { [Name in keyof T as SnakeName<Name>]: Wire<T[Name]> }
    : T;

const call = { id: 'c1', type: 'function' as const, function: { name: 'get_weather', arguments: '{}' } };
const schema = { type: 'object', properties: {} };
const documents = [{ id: 'd1', data: { text: 'Snow.' } }];
const picture = { url: 'https://example.com/a.png', detail: 'low' as const };

const asked: ChatCompletionRequest = {
  model: 'ours',
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: picture },
      ],
    },
    { role: 'assistant', content: null, reasoning_content: 'Hm.', tool_calls: [call] },
    { role: 'tool', content: 'snow', tool_call_id: 'c1' },
  ],
  tools: [{ type: 'function', function: { name: 'get_weather', strict: true, parameters: schema } }],
  tool_choice: 'required',
  max_completion_tokens: 64,
  stop: 'END',
  seed: 7,
  temperature: 0.5,
  top_p: 0.9,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  logprobs: true,
  reasoning_effort: 'low',
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
  documents,
  citation_options: { mode: 'ACCURATE' },
  safety_mode: 'STRICT',
};

const chat: Wire<Cohere.V2ChatRequest> = {
  model: 'command-a-03-2025',
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: picture },
      ],
    },
    { role: 'assistant', tool_calls: [call], tool_plan: 'Hm.' },
    { role: 'tool', content: 'snow', tool_call_id: 'c1' },
  ],
  tools: [{ type: 'function', function: { name: 'get_weather', parameters: schema } }],
  strict_tools: true,
  tool_choice: 'REQUIRED',
  max_tokens: 64,
  stop_sequences: ['END'],
  seed: 7,
  temperature: 0.5,
  p: 0.9,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  logprobs: true,
  thinking: { type: 'enabled', token_budget: 1024 },
  response_format: { type: 'json_object', json_schema: schema },
  documents,
  citation_options: { mode: 'ACCURATE' },
  safety_mode: 'STRICT',
};

const embed: Wire<Cohere.V2EmbedRequest> = {
  model: 'embed-v4.0',
  input_type: 'search_query',
  inputs: [
    { content: [{ type: 'text', text: 'a' }] },
    { content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
  ],
  output_dimension: 256,
  embedding_types: ['float'],
  truncate: 'END',
};

const rerank: Wire<Cohere.V2RerankRequest> = {
  model: 'rerank-v3.5',
  query: 'q',
  documents: ['a', 'title: b'],
  top_n: 1,
  max_tokens_per_doc: 100,
};

const endpointCall = <Body>(model: string, body: Body): EndpointCall<Body> => ({
  body,
  model,
  endpoint: { origin: 'https://api.cohere.com', basePath: '' },
  parameters: plainParameters,
  created: 0,
  responseId: 'id-1',
});

const bodyOf = (request: { readonly body?: string | Uint8Array } | undefined): unknown =>
  JSON.parse(String(request?.body));

describe("what is sent has the types of Cohere's own SDK", () => {
  it('for chat', () => {
    const request = cohere.chat?.buildRequest({ ...endpointCall(chat.model, asked), stream: false });
    expect(bodyOf(request)).toEqual(chat);
  });

  it('for embeddings', () => {
    const input = ['a', 'data:image/png;base64,AAAA'];
    const own = { input_type: 'search_query', embedding_types: ['float'], truncate: 'END' };
    const request = cohere.embeddings?.buildRequest(
      endpointCall(embed.model, { model: 'ours', input, dimensions: 256, ...own }),
    );
    expect(bodyOf(request)).toEqual(embed);
  });

  it('for rerank', () => {
    const body = { model: 'ours', query: 'q', documents: ['a', { title: 'b' }], top_n: 1, max_tokens_per_doc: 100 };
    expect(bodyOf(cohere.rerank?.buildRequest(endpointCall(rerank.model, body)))).toEqual(rerank);
  });
});
