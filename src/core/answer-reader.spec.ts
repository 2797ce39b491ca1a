import { AnswerReader } from './answer-reader.js';
import { GatewayError } from './errors/gateway-error.js';
import type { ChatCompletionChunk } from './schema/openai/chat.js';

const chunk = (id: string): ChatCompletionChunk => ({
  id,
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [],
});
const lost = new GatewayError('upstream_connection_lost');

describe('AnswerReader', () => {
  it('gives what came before an error first, then the error', async () => {
    const reader = new AnswerReader<never, ChatCompletionChunk>();
    reader.part([chunk('a'), chunk('b')]);
    reader.end(lost);
    await expect(reader.next()).resolves.toEqual(chunk('a'));
    await expect(reader.next()).resolves.toEqual(chunk('b'));
    await expect(reader.next()).rejects.toBe(lost);
  });

  it('wakes a reader who waits', async () => {
    const reader = new AnswerReader<never, ChatCompletionChunk>();
    const waiting = reader.next();
    reader.part([chunk('late')]);
    await expect(waiting).resolves.toEqual(chunk('late'));
    const end = reader.next();
    reader.end(undefined);
    await expect(end).resolves.toBeUndefined();
  });

  it('asks the provider to pause while many chunks wait, and to go on once all are read', async () => {
    const reader = new AnswerReader<never, ChatCompletionChunk>();
    let taken = 0;
    while (reader.part([chunk(String(taken))])) taken += 1;
    const resume = jest.fn();
    reader.onDrain(resume);
    for (let read = 0; read < taken; read++) await reader.next();
    expect(resume).not.toHaveBeenCalled();
    await reader.next();
    expect(resume).toHaveBeenCalledTimes(1);
  });

  it('drops what waits when it is cancelled, whatever the call says afterwards', async () => {
    const reader = new AnswerReader<never, ChatCompletionChunk>();
    reader.part([chunk('a')]);
    const left = new GatewayError('client_closed');
    reader.cancel(left);
    reader.end(undefined);
    await expect(reader.next()).rejects.toBe(left);
  });
});
