/** Claude on Bedrock in its maker's words: InvokeModel, whose streams have one of Claude's events in each frame. */
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
import { toAwsFrame } from '../../provider-fixture.js';
import type { Answered, Asked, JsonObject } from '../meaning.js';
import type { Reply } from '../sides.js';
import { expectEqual } from '../strict-json.js';
import { messageEvents, understandMessages, wholeMessage } from './messages-wire.js';

export function understandInvoke(text: string): Omit<Asked, 'model' | 'stream'> {
  const { asked, body } = understandMessages(text, ['anthropic_version']);
  expectEqual(body['anthropic_version'], 'bedrock-2023-05-31', 'anthropic_version');
  return asked;
}

export function answerInvoke(asked: Asked, answer: Answered): Reply {
  if (!asked.stream) return { contentType: 'application/json', body: JSON.stringify(wholeMessage(asked, answer)) };
  const { prompt, completion } = answer.usage;
  const metrics = { inputTokenCount: prompt, outputTokenCount: completion, invocationLatency: 551 };
  const events = messageEvents(asked, answer).map((event) =>
    event['type'] === 'message_stop' ? { ...event, 'amazon-bedrock-invocationMetrics': metrics } : event,
  );
  return { contentType: 'application/vnd.amazon.eventstream', body: Buffer.concat(events.map(toChunk)) };
}

function toChunk(event: JsonObject): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return toAwsFrame({ name: 'chunk', payload: { bytes, p: 'abcdefgh' } });
}
