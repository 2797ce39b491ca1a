/** Amazon Bedrock as an upstream: Claude through Converse and, for those who speak Claude's words, InvokeModel; streams in AWS's binary framing. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and API_runtime_ConverseStream.html
import { bedrock } from '../../../providers/bedrock/index.js';
import { toAwsFrame, type AwsMessage } from '../../provider-fixture.js';
import type { Answered, Asked, JsonObject, Picture, ToolMeaning } from '../meaning.js';
import type { Provider, Reply } from '../sides.js';
import { expectEqual, joinedTexts, listOf, membersOf, numberOf, parseObject, pieces, textOf } from '../strict-json.js';
import { Turns } from '../turns.js';
import { answerInvoke, understandInvoke } from './bedrock-invoke.js';

const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

export const bedrockUpstream: Provider = {
  name: 'bedrock',
  title: 'Bedrock',
  definition: bedrock,
  credentials: { apiKey: 'test-key' },
  model: () => model,
  tells: { cached: true, reasoningTokens: false, stoppedBy: false },
  understand({ path, body }) {
    const [, action = ''] = path.split(`/model/${encodeURIComponent(model)}/`);
    if (!actions.includes(action)) throw new Error(`the path is ${path}`);
    const understood = isInvoke(path) ? understandInvoke(body) : understandConverse(body);
    return { model, stream: action.endsWith('-stream'), ...understood };
  },
  answer({ path }, asked, answer) {
    if (isInvoke(path)) return answerInvoke(asked, answer);
    return asked.stream ? streamed(answer) : whole(answer);
  },
};

const actions = ['converse', 'converse-stream', 'invoke', 'invoke-with-response-stream'];

function isInvoke(path: string): boolean {
  return path.includes('/invoke');
}

const members = [
  ...['messages', 'system', 'inferenceConfig', 'toolConfig', 'additionalModelRequestFields', 'outputConfig'],
];

function understandConverse(text: string): Omit<Asked, 'model' | 'stream'> {
  const body = membersOf(parseObject(text, 'the body'), members, 'the body');
  const config = membersOf(body['inferenceConfig'] ?? {}, ['maxTokens', 'stopSequences'], 'inferenceConfig');
  const turns = new Turns();
  for (const message of listOf(body['messages'], 'messages')) readMessage(message, turns);
  const system = listOf(body['system'] ?? [], 'system') as readonly JsonObject[];
  const tools = (body['toolConfig'] as JsonObject | undefined)?.['tools'] ?? [];
  const maxTokens = numberOf(config['maxTokens'], 'maxTokens');
  return {
    ...(system.length > 0 && { system: system.map(readSystem).join('') }),
    turns: turns.list(),
    tools: listOf(tools, 'tools').map(readTool),
    ...readOutput(body['outputConfig']),
    reasons: readThinking(body['additionalModelRequestFields'], maxTokens),
    stop: listOf(config['stopSequences'] ?? [], 'stopSequences') as readonly string[],
    maxTokens,
  };
}

/** A text, or the mark for the prompt cache behind it. */
function readSystem(given: JsonObject): string {
  const { text, cachePoint } = membersOf(given, ['text', 'cachePoint'], 'system');
  return cachePoint === undefined ? textOf(text, 'system') : '';
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html */
function readOutput(config: unknown): { schema?: JsonObject } {
  if (config === undefined) return {};
  const { textFormat } = membersOf(config, ['textFormat'], 'outputConfig');
  const { type, structure } = membersOf(textFormat, ['type', 'structure'], 'textFormat');
  expectEqual(type, 'json_schema', 'the type of textFormat');
  const { jsonSchema } = membersOf(structure, ['jsonSchema'], 'structure');
  const { schema } = membersOf(jsonSchema, ['schema', 'name', 'description'], 'jsonSchema');
  return { schema: parseObject(textOf(schema, 'schema'), 'schema') };
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html */
function readThinking(fields: unknown, maxTokens: number): boolean {
  if (fields === undefined) return false;
  const { thinking } = membersOf(fields, ['thinking'], 'additionalModelRequestFields');
  const { type, budget_tokens: budget } = membersOf(thinking, ['type', 'budget_tokens'], 'thinking');
  expectEqual(type, 'enabled', 'the type of thinking');
  const tokens = numberOf(budget, 'budget_tokens');
  if (tokens < 1_024 || tokens >= maxTokens) throw new Error(`budget_tokens is ${tokens}, maxTokens ${maxTokens}`);
  return true;
}

function readMessage(given: unknown, turns: Turns): void {
  const { role, content } = membersOf(given, ['role', 'content'], 'a message');
  const blocks = listOf(content, 'content').map((block) =>
    membersOf(block, ['text', 'image', 'toolUse', 'toolResult'], 'a block'),
  );
  const text = joinedTexts(blocks);
  if (role === 'assistant') {
    const uses = blocks.flatMap(({ toolUse }) => (toolUse ? [toolUse as JsonObject] : []));
    const calls = uses.map(({ toolUseId: id, name, input }) => ({
      id: textOf(id, 'toolUseId'),
      name: textOf(name, 'name'),
      input: input as JsonObject,
    }));
    if (calls.some(({ id }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(id))) throw new Error('The id of a call is not taken.');
    turns.assistant(text, calls);
    return;
  }
  expectEqual(role, 'user', 'role');
  const results = blocks.flatMap(({ toolResult }) => (toolResult ? [toolResult as JsonObject] : []));
  for (const { toolUseId, content: parts } of results) {
    const texts = (listOf(parts, 'content') as readonly JsonObject[]).map((part) => textOf(part['text'], 'a result'));
    turns.resultById(toolUseId, texts.join(''));
  }
  const image = blocks.find((block) => block['image'])?.['image'];
  if (results.length === 0) turns.user(text, image === undefined ? undefined : readPicture(image));
}

function readPicture(image: unknown): Picture {
  const { format, source } = membersOf(image, ['format', 'source'], 'image');
  const { bytes } = membersOf(source, ['bytes'], 'source');
  return { mediaType: `image/${textOf(format, 'format')}`, base64: textOf(bytes, 'bytes') };
}

function readTool(given: unknown): ToolMeaning {
  const { toolSpec } = membersOf(given, ['toolSpec'], 'a tool');
  const { name, description, inputSchema } = membersOf(
    toolSpec,
    ['name', 'description', 'inputSchema', 'strict'],
    'toolSpec',
  );
  return {
    name: textOf(name, 'name'),
    description: String(description),
    parameters: membersOf(inputSchema, ['json'], 'inputSchema')['json'] as JsonObject,
  };
}

function whole(answer: Answered): Reply {
  const { text, reasoning, calls } = answer;
  const content = [
    ...(reasoning === '' ? [] : [{ reasoningContent: { reasoningText: { text: reasoning, signature: 'EqMBsig==' } } }]),
    ...(text === '' ? [] : [{ text }]),
    ...calls.map(({ name, input }, at) => ({ toolUse: { toolUseId: `tooluse_m${at}`, name, input } })),
  ];
  const body = {
    output: { message: { role: 'assistant', content } },
    stopReason: stopReasonOf(answer),
    usage: usageOf(answer),
    metrics: { latencyMs: 551 },
  };
  return { contentType: 'application/json', body: JSON.stringify(body) };
}

function stopReasonOf({ finish, stoppedBy }: Answered): string {
  if (stoppedBy !== null) return 'stop_sequence';
  return { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' }[finish];
}

/** Cached tokens are counted beside the input: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
function usageOf({ usage: { prompt, completion, cached } }: Answered): JsonObject {
  return {
    inputTokens: prompt - cached,
    outputTokens: completion,
    totalTokens: prompt + completion,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: 0,
  };
}

function streamed(answer: Answered): Reply {
  const messages: AwsMessage[] = [{ name: 'messageStart', payload: { role: 'assistant' } }];
  let index = 0;
  const add = (deltas: readonly JsonObject[], start?: JsonObject): void => {
    const place = { contentBlockIndex: index };
    if (start) messages.push({ name: 'contentBlockStart', payload: { ...place, start } });
    messages.push(...deltas.map((delta) => ({ name: 'contentBlockDelta', payload: { ...place, delta } })));
    messages.push({ name: 'contentBlockStop', payload: place });
    index += 1;
  };
  if (answer.reasoning !== '') {
    const thoughts = pieces(answer.reasoning).map((text) => ({ reasoningContent: { text } }));
    add([...thoughts, { reasoningContent: { signature: 'EqMBsig==' } }]);
  }
  if (answer.text !== '') add(pieces(answer.text).map((text) => ({ text })));
  answer.calls.forEach(({ name, input }, at) => {
    const parts = pieces(JSON.stringify(input)).map((text) => ({ toolUse: { input: text } }));
    add(parts, { toolUse: { toolUseId: `tooluse_m${at}`, name } });
  });
  messages.push({ name: 'messageStop', payload: { stopReason: stopReasonOf(answer) } });
  messages.push({ name: 'metadata', payload: { usage: usageOf(answer), metrics: { latencyMs: 551 } } });
  return { contentType: 'application/vnd.amazon.eventstream', body: Buffer.concat(messages.map(toAwsFrame)) };
}
