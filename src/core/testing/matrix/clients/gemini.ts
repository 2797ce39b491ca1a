/** A client of Google's generateContent. */
// https://ai.google.dev/api/generate-content
import type { PathTarget } from '../../../dialects/client-dialect.js';
import { geminiGenerateContent } from '../../../dialects/gemini/index.js';
import type { Answered, JsonObject, Setup, ToolMeaning, Turn } from '../meaning.js';
import type { Client, Conversation } from '../sides.js';
import { expectEqual, joinedTexts, listOf, numberOf, parseObject, readEvents, textOf } from '../strict-json.js';
import { inOrder } from '../turns.js';

export const geminiClient: Client = {
  name: 'gemini',
  title: 'Google generateContent',
  dialect: geminiGenerateContent,
  shows: { reasoningTokens: true, stoppedBy: false },
  open: () => new GeminiConversation(),
};

class GeminiConversation implements Conversation {
  private readonly contents: unknown[] = [];
  private calls: readonly JsonObject[] = [];

  says(turn: Exclude<Turn, { by: 'assistant' }>): void {
    if (turn.by === 'tools') {
      // Without ids it is the order that says which result is whose.
      const isOrdered = this.calls.some(({ id }) => id === undefined);
      const { results } = isOrdered ? inOrder(turn) : turn;
      const parts = results.map(({ call, text }) => {
        const { id, name } = this.calls[call] ?? {};
        return { functionResponse: { ...(id !== undefined && { id }), name, response: { result: text } } };
      });
      this.contents.push({ role: 'user', parts });
      return;
    }
    const { text, picture } = turn;
    const image = picture && { inlineData: { mimeType: picture.mediaType, data: picture.base64 } };
    this.contents.push({ role: 'user', parts: [{ text }, ...(image ? [image] : [])] });
  }

  request(
    { system, tools, schema, reasons, stop, maxTokens }: Setup,
    stream: boolean,
  ): { body: JsonObject; path: PathTarget } {
    return {
      path: { model: 'ours', stream },
      body: {
        contents: this.contents,
        ...(system !== undefined && { systemInstruction: { parts: [{ text: system }] } }),
        ...(tools.length > 0 && { tools: [{ functionDeclarations: tools.map(toDeclaration) }] }),
        generationConfig: {
          maxOutputTokens: maxTokens,
          ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
          ...(reasons && { thinkingConfig: { thinkingBudget: 4_096, includeThoughts: true } }),
          ...(stop.length > 0 && { stopSequences: stop }),
        },
      },
    };
  }

  hears(answer: string, streamed: boolean): Answered {
    const events = streamed ? readEvents(answer) : [parseObject(answer, 'the answer')];
    const candidates = events.map(({ candidates: given }) => {
      const [candidate, ...others] = listOf(given, 'candidates') as readonly JsonObject[];
      expectEqual(others.length, 0, 'the number of further candidates');
      return candidate ?? {};
    });
    const parts = candidates.flatMap((candidate) => {
      const content = candidate['content'] as JsonObject;
      expectEqual(content['role'], 'model', 'role');
      return listOf(content['parts'], 'parts') as readonly JsonObject[];
    });
    this.contents.push({ role: 'model', parts: parts.filter(({ text }) => text !== '') });
    this.calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall as JsonObject] : []));
    const usage = (events.at(-1)?.['usageMetadata'] ?? {}) as JsonObject;
    const finishes = candidates.flatMap(({ finishReason }) => finishReason ?? []);
    expectEqual(finishes.length, 1, 'the number of finish reasons');
    return {
      text: joinedTexts(parts.filter(({ thought }) => thought !== true)),
      reasoning: joinedTexts(parts.filter(({ thought }) => thought === true)),
      calls: this.calls.map(({ name, args }) => ({ name: textOf(name, 'name'), input: args as JsonObject })),
      finish: finishOf(finishes[0], this.calls.length > 0),
      stoppedBy: null,
      usage: countsOf(usage),
    };
  }
}

/** Google counts thoughts beside the answer. */
function countsOf(usage: JsonObject): Answered['usage'] {
  const count = (name: string): number => numberOf(usage[name] ?? 0, name);
  const completion = count('candidatesTokenCount') + count('thoughtsTokenCount');
  expectEqual(usage['totalTokenCount'], count('promptTokenCount') + completion, 'totalTokenCount');
  return {
    prompt: count('promptTokenCount'),
    completion,
    cached: count('cachedContentTokenCount'),
    reasoning: count('thoughtsTokenCount'),
  };
}

function finishOf(reason: unknown, called: boolean): Answered['finish'] {
  if (reason === 'MAX_TOKENS') return 'length';
  expectEqual(reason, 'STOP', 'finishReason');
  return called ? 'tool_calls' : 'stop';
}

/** In Google's own words for schemas. */
function toDeclaration({ name, description, parameters }: ToolMeaning): JsonObject {
  return { name, description, parameters: inGoogleWords(parameters) };
}

function inGoogleWords(schema: JsonObject): JsonObject {
  const { type, properties } = schema;
  const inner = Object.entries((properties ?? {}) as Readonly<Record<string, JsonObject>>);
  return {
    ...schema,
    ...(typeof type === 'string' && { type: type.toUpperCase() }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(inner.map(([name, each]) => [name, inGoogleWords(each)])),
    }),
  };
}
