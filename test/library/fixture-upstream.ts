/** A provider on the loopback that answers like OpenAI and like Anthropic, and tells what it was sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FixtureUpstream {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** Resolves when a caller has left a stream of the model `endless`. */
  readonly left: Promise<void>;
  close(): Promise<void>;
}

const openAiWhole = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'fixture-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello world' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
};
const openAiChunk = (choices: unknown[], more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'fixture-1',
  choices,
  ...more,
});
const openAiParts = ['Hello', ' world'].map((content) =>
  openAiChunk([{ index: 0, delta: { content }, finish_reason: null }]),
);
const openAiStream = [
  openAiChunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
  ...openAiParts,
  openAiChunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  openAiChunk([], { usage: openAiWhole.usage }),
];

// https://docs.anthropic.com/en/api/messages and https://docs.anthropic.com/en/docs/build-with-claude/streaming
const anthropicWhole = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-fixture',
  content: [{ type: 'text', text: 'Hello world' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 2 },
};
const wholeAnswers: Readonly<Record<string, object>> = {
  '/v1/messages': anthropicWhole,
  '/v1/embeddings': {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.5] }],
    model: 'fixture-1',
    usage: { prompt_tokens: 1, total_tokens: 1 },
  },
};
const anthropicStream = [
  {
    type: 'message_start',
    message: { ...anthropicWhole, content: [], stop_reason: null, usage: { input_tokens: 9, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' world' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
];

export async function startFixtureUpstream(): Promise<FixtureUpstream> {
  const received: ReceivedRequest[] = [];
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await text(request)) as Record<string, unknown>;
    received.push({ path: request.url ?? '', headers: request.headers, body });
    if (body.model === 'limited') {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
      response.end(JSON.stringify({ error: { message: 'Slow down.', type: 'requests', code: 'rate_limit_exceeded' } }));
    } else if (body.stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(wholeAnswers[request.url ?? ''] ?? openAiWhole));
    } else if (request.url === '/v1/messages') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of anthropicStream) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      response.end();
    } else {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const chunk of openAiStream) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      if (body.model === 'endless') response.on('close', leave);
      else response.end('data: [DONE]\n\n');
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    left,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
