/** A client of OpenAI's chat completions. */
// https://platform.openai.com/docs/api-reference/chat
import { openAiChat } from '../../../dialects/openai-chat/index.js';
import type { ChatCompletion, ChatCompletionChunk, ChatMessage, ChatUsage } from '../../../schema/openai/chat.js';
import { assembleStream } from '../../assemble-stream.js';
import type { Answered, JsonObject, Setup, ToolMeaning, Turn } from '../meaning.js';
import type { Client, Conversation } from '../sides.js';
import { expectEqual, parseObject, readEvents } from '../strict-json.js';

export const chatClient: Client = {
  name: 'openai-chat',
  title: 'OpenAI chat completions',
  dialect: openAiChat,
  shows: { reasoningTokens: true, stoppedBy: false },
  open: () => new ChatConversation(),
};

class ChatConversation implements Conversation {
  private readonly messages: ChatMessage[] = [];
  private calls: readonly string[] = [];

  says(turn: Exclude<Turn, { by: 'assistant' }>): void {
    if (turn.by === 'tools') {
      for (const { call, text } of turn.results)
        this.messages.push({ role: 'tool', tool_call_id: this.calls[call] ?? '', content: text });
      return;
    }
    const { text, picture } = turn;
    if (!picture) this.messages.push({ role: 'user', content: text });
    else {
      const url = `data:${picture.mediaType};base64,${picture.base64}`;
      const image = { type: 'image_url' as const, image_url: { url } };
      this.messages.push({ role: 'user', content: [{ type: 'text', text }, image] });
    }
  }

  request({ system, tools, schema, reasons, stop, maxTokens }: Setup, stream: boolean): { body: JsonObject } {
    return {
      body: {
        model: 'ours',
        messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...this.messages],
        max_completion_tokens: maxTokens,
        ...(tools.length > 0 && { tools: tools.map(toTool) }),
        ...(schema && {
          response_format: { type: 'json_schema', json_schema: { name: 'facts', strict: true, schema } },
        }),
        ...(reasons && { reasoning_effort: 'high' }),
        ...(stop.length > 0 && { stop }),
        ...(stream && { stream: true, stream_options: { include_usage: true } }),
      },
    };
  }

  hears(answer: string, streamed: boolean): Answered {
    const { message, finish, usage } = streamed ? assembled(answer) : wholeOf(answer);
    this.messages.push(message);
    this.calls = (message.tool_calls ?? []).map(({ id }) => id);
    if (finish !== 'stop' && finish !== 'length' && finish !== 'tool_calls')
      throw new Error(`finish_reason is ${String(finish)}`);
    return {
      text: typeof message.content === 'string' ? message.content : '',
      reasoning: message.reasoning_content ?? '',
      calls: (message.tool_calls ?? []).map(({ function: called }) => ({
        name: called.name,
        input: parseObject(called.arguments, 'arguments'),
      })),
      finish,
      stoppedBy: null,
      usage: {
        prompt: usage.prompt_tokens,
        completion: usage.completion_tokens,
        cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
        reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
      },
    };
  }
}

interface Heard {
  readonly message: ChatMessage;
  readonly finish: string | null | undefined;
  readonly usage: ChatUsage;
}

function wholeOf(answer: string): Heard {
  const completion = JSON.parse(answer) as ChatCompletion;
  expectEqual(completion.object, 'chat.completion', 'object');
  expectEqual(completion.choices.length, 1, 'the number of choices');
  const [choice] = completion.choices;
  return checked(choice?.message, choice?.finish_reason, completion.usage);
}

function assembled(answer: string): Heard {
  const events = readEvents(answer);
  expectEqual(events.at(-1)?.['done'], true, 'the end marker');
  const chunks = events.slice(0, -1) as unknown as ChatCompletionChunk[];
  for (const chunk of chunks) expectEqual(chunk.object, 'chat.completion.chunk', 'object');
  expectEqual(new Set(chunks.map(({ id }) => id)).size, 1, 'the number of ids');
  const counted = chunks.filter(({ usage }) => usage);
  expectEqual(counted.length, 1, 'the number of chunks with usage');
  const [choice, ...others] = assembleStream(chunks);
  expectEqual(others.length, 0, 'the number of further choices');
  return checked(choice?.message as unknown as ChatMessage, choice?.finish_reason, counted[0]?.usage);
}

function checked(
  message: ChatMessage | undefined,
  finish: string | null | undefined,
  usage: ChatUsage | null | undefined,
): Heard {
  if (!message || !usage) throw new Error('The answer has no message or no usage.');
  expectEqual(message.role, 'assistant', 'role');
  expectEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens, 'total_tokens');
  return { message, finish, usage };
}

function toTool({ name, description, parameters }: ToolMeaning): JsonObject {
  return { type: 'function', function: { name, description, parameters } };
}
