/** Google's Gemini as an upstream: generateContent. */
// https://ai.google.dev/api/generate-content
import { gemini } from '../../../providers/gemini/index.js';
import type { Answered, Asked, JsonObject, ToolMeaning } from '../meaning.js';
import type { Provider, Reply } from '../sides.js';
import {
  expectEqual,
  joinedTexts,
  listOf,
  membersOf,
  parseObject,
  pieces,
  textOf,
  writeEvents,
} from '../strict-json.js';
import { Turns } from '../turns.js';

const model = 'gemini-3-flash-preview';
/** Calls are refused that come back without it: https://ai.google.dev/gemini-api/docs/thought-signatures */
const signature = `CiQBVKhc7v${'kR3n/Wq0ZtYb5mXeL9sHdUf2aJgPo8i+cN6w4Mx1yTzK'.repeat(3)}==`;
/** Stands in for the signatures of calls that other models have made. */
const unsigned = 'skip_thought_signature_validator';

export const geminiUpstream: Provider = {
  name: 'gemini',
  title: 'Gemini',
  definition: gemini,
  credentials: { apiKey: 'test-key' },
  model: () => model,
  tells: { cached: true, reasoningTokens: true, stoppedBy: false },
  understand({ path, body }) {
    const stream = path === `/v1beta/models/${model}:streamGenerateContent?alt=sse`;
    if (!stream) expectEqual(path, `/v1beta/models/${model}:generateContent`, 'the path');
    return { model, stream, ...understand(body) };
  },
  answer: (_request, { stream }, answer) => reply(stream, answer),
};

const configMembers = [
  ...['maxOutputTokens', 'responseMimeType', 'responseSchema', 'responseJsonSchema', 'thinkingConfig'],
  'stopSequences',
];

function understand(text: string): Omit<Asked, 'model' | 'stream'> {
  const known = ['contents', 'systemInstruction', 'tools', 'generationConfig'];
  const body = membersOf(parseObject(text, 'the body'), known, 'the body');
  const config = membersOf(body['generationConfig'] ?? {}, configMembers, 'generationConfig');
  const turns = new Turns();
  for (const content of listOf(body['contents'], 'contents')) readContent(content, turns);
  const tools = listOf(body['tools'] ?? [], 'tools').flatMap((tool) =>
    listOf(membersOf(tool, ['functionDeclarations'], 'a tool')['functionDeclarations'], 'functionDeclarations'),
  );
  const system = body['systemInstruction'] as JsonObject | undefined;
  const schema = readSchema(config);
  return {
    ...(system && { system: textIn(listOf(system['parts'], 'parts') as readonly JsonObject[]) }),
    turns: turns.list(),
    tools: tools.map(readTool),
    ...(schema && { schema }),
    reasons: readThinking(config['thinkingConfig']),
    stop: listOf(config['stopSequences'] ?? [], 'stopSequences') as readonly string[],
    maxTokens: config['maxOutputTokens'] as number,
  };
}

/** https://ai.google.dev/gemini-api/docs/structured-output */
function readSchema(config: JsonObject): JsonObject | undefined {
  const schema = (config['responseJsonSchema'] ?? config['responseSchema']) as JsonObject | undefined;
  if (schema) expectEqual(config['responseMimeType'], 'application/json', 'responseMimeType');
  return schema && plain(schema);
}

/** Google's words for schemas in those of JSON Schema. */
function plain(schema: JsonObject): JsonObject {
  const { type, properties } = schema;
  const inner = Object.entries((properties ?? {}) as Readonly<Record<string, JsonObject>>);
  return {
    ...schema,
    ...(typeof type === 'string' && { type: type.toLowerCase() }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(inner.map(([name, each]) => [name, plain(each)])),
    }),
  };
}

/** https://ai.google.dev/gemini-api/docs/thinking */
function readThinking(thinking: unknown): boolean {
  if (thinking === undefined) return false;
  const given = membersOf(thinking, ['thinkingBudget', 'thinkingLevel', 'includeThoughts'], 'thinkingConfig');
  expectEqual(given['includeThoughts'], true, 'includeThoughts');
  return true;
}

function readContent(given: unknown, turns: Turns): void {
  const { role, parts: listed } = membersOf(given, ['role', 'parts'], 'a content');
  const parts = listOf(listed, 'parts').map((part) =>
    membersOf(
      part,
      ['text', 'thought', 'inlineData', 'functionCall', 'functionResponse', 'thoughtSignature'],
      'a part',
    ),
  );
  if (role === 'model') {
    const called = parts.filter(({ functionCall }) => functionCall);
    // Of calls that were made together the first one is signed.
    const [signed] = called;
    if (signed && signed['thoughtSignature'] !== signature && signed['thoughtSignature'] !== unsigned)
      throw new Error(`The signature of a call is ${String(signed['thoughtSignature'])}.`);
    const calls = called.map(({ functionCall }) => functionCall as JsonObject);
    turns.assistant(
      textIn(parts),
      calls.map(({ id = '', name, args }) => ({
        id: textOf(id, 'id'),
        name: textOf(name, 'name'),
        input: args as JsonObject,
      })),
    );
    return;
  }
  expectEqual(role, 'user', 'role');
  const results = parts.flatMap(({ functionResponse }) => (functionResponse ? [functionResponse as JsonObject] : []));
  // Ids are optional; without them it is the order that tells results of one function apart.
  for (const { id, name, response } of results) {
    if (id === undefined) turns.resultByName(name, readResult(response));
    else turns.resultById(id, readResult(response));
  }
  if (results.length > 0) return;
  const image = parts.find(({ inlineData }) => inlineData)?.['inlineData'] as JsonObject | undefined;
  const picture = image && { mediaType: textOf(image['mimeType'], 'mimeType'), base64: textOf(image['data'], 'data') };
  turns.user(textIn(parts), picture);
}

/** A text alone, under whichever name. */
function readResult(response: unknown): string {
  const [text, ...others] = Object.values(response as JsonObject);
  expectEqual(others.length, 0, 'the number of further members of a result');
  return textOf(text, 'a result');
}

function textIn(parts: readonly JsonObject[]): string {
  return joinedTexts(parts.filter(({ thought }) => thought !== true));
}

function readTool(given: unknown): ToolMeaning {
  const known = ['name', 'description', 'parameters', 'parametersJsonSchema'];
  const { name, description, parameters } = membersOf(given, known, 'a function');
  return {
    name: textOf(name, 'name'),
    description: String(description),
    parameters: plain(parameters as JsonObject),
  };
}

function reply(stream: boolean, answer: Answered): Reply {
  const { finish } = answer;
  const reason = finish === 'length' ? 'MAX_TOKENS' : 'STOP';
  const answerOf = (parts: readonly JsonObject[], ended: boolean): JsonObject => ({
    candidates: [{ content: { parts, role: 'model' }, ...(ended && { finishReason: reason }), index: 0 }],
    usageMetadata: usageOf(answer, ended),
    modelVersion: model,
    responseId: 'matrix1',
  });
  const calls = answer.calls.map(({ name, input }, at) => ({
    functionCall: { name, args: input },
    ...(at === 0 && { thoughtSignature: signature }),
  }));
  if (!stream) {
    const thought = answer.reasoning === '' ? [] : [{ text: answer.reasoning, thought: true }];
    const said = answer.text === '' ? [] : [{ text: answer.text }];
    return { contentType: 'application/json', body: JSON.stringify(answerOf([...thought, ...said, ...calls], true)) };
  }
  const parts = [
    ...pieces(answer.reasoning).map((text) => ({ text, thought: true })),
    ...pieces(answer.text).map((text) => ({ text })),
    ...calls,
  ];
  const events = parts.map((part, at) => answerOf([part], at === parts.length - 1));
  return { contentType: 'text/event-stream', body: writeEvents(events) };
}

/** https://ai.google.dev/api/generate-content#UsageMetadata ; the counts grow with the stream. */
function usageOf({ usage: { prompt, completion, cached, reasoning } }: Answered, ended: boolean): JsonObject {
  const answer = ended ? completion - reasoning : 1;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: answer,
    totalTokenCount: prompt + answer + reasoning,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  };
}
