/** A client of Anthropic's Messages API. */
// https://platform.claude.com/docs/en/api/messages
import { anthropicMessages } from '../../../dialects/anthropic-messages/index.js';
import type { Answered, JsonObject, Setup, ToolMeaning, Turn } from '../meaning.js';
import type { Client, Conversation } from '../sides.js';
import { expectEqual, listOf, numberOf, parseObject, readEvents, textOf } from '../strict-json.js';

export const messagesClient: Client = {
  name: 'messages',
  title: 'Anthropic Messages',
  dialect: anthropicMessages,
  shows: { reasoningTokens: false, stoppedBy: true },
  open: () => new MessagesConversation(),
};

const finishes: Readonly<Record<string, Answered['finish']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
};

class MessagesConversation implements Conversation {
  private readonly messages: unknown[] = [];
  private calls: readonly string[] = [];

  says(turn: Exclude<Turn, { by: 'assistant' }>): void {
    if (turn.by === 'tools') {
      const content = turn.results.map(({ call, text }) => {
        return { type: 'tool_result', tool_use_id: this.calls[call], content: text };
      });
      this.messages.push({ role: 'user', content });
      return;
    }
    const { text, picture } = turn;
    if (!picture) this.messages.push({ role: 'user', content: text });
    else {
      const source = { type: 'base64', media_type: picture.mediaType, data: picture.base64 };
      this.messages.push({
        role: 'user',
        content: [
          { type: 'text', text },
          { type: 'image', source },
        ],
      });
    }
  }

  request({ system, tools, schema, reasons, stop, maxTokens }: Setup, stream: boolean): { body: JsonObject } {
    return {
      body: {
        model: 'ours',
        max_tokens: maxTokens,
        messages: this.messages,
        // Marked for the prompt cache, as Anthropic's clients do.
        ...(system !== undefined && { system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }] }),
        ...(tools.length > 0 && { tools: tools.map(toTool) }),
        ...(schema && { output_config: { format: { type: 'json_schema', schema } } }),
        ...(reasons && { thinking: { type: 'enabled', budget_tokens: 4_096 } }),
        ...(stop.length > 0 && { stop_sequences: stop }),
        ...(stream && { stream: true }),
      },
    };
  }

  hears(answer: string, streamed: boolean): Answered {
    const message = streamed ? assembled(readEvents(answer)) : parseObject(answer, 'the answer');
    expectEqual(message['type'], 'message', 'type');
    expectEqual(message['role'], 'assistant', 'role');
    const blocks = listOf(message['content'], 'content') as readonly JsonObject[];
    this.messages.push({ role: 'assistant', content: blocks });
    const calls = blocks.filter(({ type }) => type === 'tool_use');
    this.calls = calls.map(({ id }) => textOf(id, 'the id of a call'));
    const finish = finishes[textOf(message['stop_reason'], 'stop_reason')];
    if (!finish) throw new Error(`stop_reason is ${String(message['stop_reason'])}`);
    const usage = message['usage'] as JsonObject;
    const count = (name: string): number => numberOf(usage[name] ?? 0, name);
    return {
      text: joined(blocks, 'text'),
      reasoning: joined(blocks, 'thinking'),
      calls: calls.map(({ name, input }) => ({ name: textOf(name, 'name'), input: input as JsonObject })),
      finish,
      stoppedBy: message['stop_sequence'] as string | null,
      usage: {
        // Anthropic counts what was cached beside the input.
        prompt: count('input_tokens') + count('cache_read_input_tokens') + count('cache_creation_input_tokens'),
        completion: count('output_tokens'),
        cached: count('cache_read_input_tokens'),
        reasoning: 0,
      },
    };
  }
}

function joined(blocks: readonly JsonObject[], type: 'text' | 'thinking'): string {
  return blocks.map((block) => (block['type'] === type ? textOf(block[type], type) : '')).join('');
}

/** https://platform.claude.com/docs/en/build-with-claude/streaming */
function assembled(events: readonly JsonObject[]): JsonObject {
  const told = events.filter(({ type }) => type !== 'ping');
  const [first, ...rest] = told;
  expectEqual(first?.['type'], 'message_start', 'the first event');
  expectEqual(rest.at(-1)?.['type'], 'message_stop', 'the last event');
  expectEqual(rest.at(-2)?.['type'], 'message_delta', 'the last event but one');
  const blocks: Record<string, unknown>[] = [];
  let open: number | undefined;
  let input = '';
  for (const event of rest.slice(0, -2)) {
    const { type, index } = event;
    if (type === 'content_block_start') {
      expectEqual(open, undefined, 'the block that is still open');
      expectEqual(index, blocks.length, 'the index of a block');
      open = blocks.length;
      input = '';
      blocks.push({ ...(event['content_block'] as JsonObject) });
      continue;
    }
    expectEqual(index, open, `the block of an event of the type ${String(type)}`);
    const block = blocks[open ?? -1] as Record<string, unknown>;
    if (type === 'content_block_stop') {
      if (block['type'] === 'tool_use') block['input'] = parseObject(input || '{}', 'the input of a tool');
      open = undefined;
    } else {
      expectEqual(type, 'content_block_delta', 'the type of an event');
      input += continued(block, event['delta'] as JsonObject);
    }
  }
  expectEqual(open, undefined, 'the block that is still open');
  const message = first?.['message'] as JsonObject;
  const last = rest.at(-2) as JsonObject;
  const usage = { ...(message['usage'] as JsonObject), ...(last['usage'] as JsonObject) };
  return { ...message, ...(last['delta'] as JsonObject), content: blocks, usage };
}

/** Adds to the block, and returns what is to be added to its input. */
function continued(block: Record<string, unknown>, delta: JsonObject): string {
  const add = (member: string): void => {
    block[member] = `${textOf(block[member] ?? '', member)}${textOf(delta[member], member)}`;
  };
  switch (delta['type']) {
    case 'text_delta':
      expectEqual(block['type'], 'text', 'the type of a block with a text');
      add('text');
      return '';
    case 'thinking_delta':
      expectEqual(block['type'], 'thinking', 'the type of a block with a thought');
      add('thinking');
      return '';
    case 'signature_delta':
      add('signature');
      return '';
    case 'input_json_delta':
      expectEqual(block['type'], 'tool_use', 'the type of a block with an input');
      return textOf(delta['partial_json'], 'partial_json');
    default:
      throw new Error(`A delta of the type ${String(delta['type'])} is not documented.`);
  }
}

function toTool({ name, description, parameters }: ToolMeaning): JsonObject {
  return { name, description, input_schema: parameters };
}
