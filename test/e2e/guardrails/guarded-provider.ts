/** A provider that says what a test wants in every dialect, whole or in pieces, and remembers what it was sent. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dialectStreams } from '../../../src/guardrails/testing/dialect-streams.js';

export interface SentRequest {
  readonly path: string;
  /** As it came; of a form, all of it. */
  readonly body: string;
}

export class GuardedProvider {
  readonly sent: SentRequest[] = [];
  /** What it says, in these pieces. */
  pieces: readonly string[] = ['Hello'];
  /** Ends each stream here, with its connection. */
  cutAfterEvents: number | undefined;
  /** Waits for this before each event. */
  beforeEvent: ((at: number) => Promise<void>) | undefined;
  /** Requests whose connection was closed before the end of their answer. */
  closed = 0;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    this.sent.push({ path, body });
    response.on('close', () => {
      if (!response.writableFinished) this.closed += 1;
    });
    const asked = body.startsWith('{') ? (JSON.parse(body) as { stream?: boolean; n?: number }) : {};
    const isStream =
      asked.stream === true || path.includes(':streamGenerateContent') || /name="stream"\r\n\r\ntrue/.test(body);
    if (isStream && !path.endsWith('/audio/speech')) await this.stream(path, asked.n ?? 1, response);
    else if (path.endsWith('/audio/speech')) response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('sound');
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(this.whole(path, asked.n ?? 1)));
  }

  private async stream(path: string, n: number, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = this.events(path, n);
    for (const [at, event] of events.entries()) {
      if (at === this.cutAfterEvents) {
        // What was written is to arrive before the reset.
        await new Promise((resolve) => setTimeout(resolve, 50));
        response.destroy();
        return;
      }
      await this.beforeEvent?.(at);
      if (response.destroyed) return;
      response.write(event);
    }
    response.end();
  }

  private events(path: string, n: number): string[] {
    if (path.includes('/audio/')) {
      const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
      const deltas = this.pieces.map((delta) => data({ type: 'transcript.text.delta', delta }));
      return [...deltas, data({ type: 'transcript.text.done', text: this.pieces.join('') })];
    }
    const name = path.includes('/messages')
      ? 'messages'
      : path.includes('/responses')
        ? 'responses'
        : path.includes('Content')
          ? 'generateContent'
          : 'chat';
    const dialect = dialectStreams.find((each) => each.name === name);
    return dialect?.events(Array.from({ length: n }, () => ({ content: this.pieces }))) ?? [];
  }

  private whole(path: string, n: number): object {
    const text = this.pieces.join('');
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const answers = Array.from({ length: n }, (_, index) => index);
    if (path.includes('/messages'))
      return {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [{ type: 'text', text }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 10, output_tokens: 5 },
      };
    if (path.includes('/responses')) {
      const part = { type: 'output_text', text, annotations: [] };
      const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [part] }];
      return {
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        output,
        usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      };
    }
    if (path.includes(':generateContent'))
      return {
        candidates: answers.map((index) => ({
          index,
          content: { role: 'model', parts: [{ text }] },
          finishReason: 'STOP',
        })),
        usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      };
    if (path.includes('/embeddings'))
      return { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [1, 2] }], model: 'm', usage };
    if (path.includes('/rerank'))
      return { id: 'r', results: [{ index: 0, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } };
    if (path.includes('/images/'))
      return {
        created: 1,
        data: [{ b64_json: 'AAAA', revised_prompt: text }],
        usage: { input_tokens: 10, output_tokens: 10, total_tokens: 20 },
      };
    if (path.includes('/moderations'))
      return { id: 'modr-1', model: 'm', results: [{ flagged: false, categories: {}, category_scores: {} }] };
    if (path.includes('/audio/')) return { text, usage: { type: 'duration', seconds: 60 } };
    return {
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: answers.map((index) => ({
        index,
        message: { role: 'assistant', content: text },
        finish_reason: 'stop',
      })),
      usage,
    };
  }
}
