/** A client of OpenAI's Responses API that keeps the conversation itself. */
// https://platform.openai.com/docs/api-reference/responses
import { openAiResponses } from '../../../dialects/openai-responses/index.js';
import type { OutputItem, ResponseObject } from '../../../schema/openai/responses.js';
import type { Answered, JsonObject, Setup, ToolMeaning, Turn } from '../meaning.js';
import type { Client, Conversation } from '../sides.js';
import { expectEqual, parseObject, readEvents } from '../strict-json.js';

export const responsesClient: Client = {
  name: 'responses',
  title: 'OpenAI Responses',
  dialect: openAiResponses,
  shows: { reasoningTokens: true, stoppedBy: false },
  open: () => new ResponsesConversation(),
};

class ResponsesConversation implements Conversation {
  private readonly input: unknown[] = [];
  private calls: readonly string[] = [];

  says(turn: Exclude<Turn, { by: 'assistant' }>): void {
    if (turn.by === 'tools') {
      for (const { call, text } of turn.results)
        this.input.push({ type: 'function_call_output', call_id: this.calls[call], output: text });
      return;
    }
    const { text, picture } = turn;
    if (!picture) this.input.push({ role: 'user', content: text });
    else {
      const url = `data:${picture.mediaType};base64,${picture.base64}`;
      const image = { type: 'input_image', image_url: url, detail: 'auto' };
      this.input.push({ role: 'user', content: [{ type: 'input_text', text }, image] });
    }
  }

  request({ system, tools, schema, reasons, stop, maxTokens }: Setup, stream: boolean): { body: JsonObject } {
    return {
      body: {
        model: 'ours',
        input: this.input,
        store: false,
        max_output_tokens: maxTokens,
        ...(system !== undefined && { instructions: system }),
        ...(tools.length > 0 && { tools: tools.map(toTool) }),
        ...(schema && { text: { format: { type: 'json_schema', name: 'facts', strict: true, schema } } }),
        ...(reasons && { reasoning: { effort: 'high', summary: 'auto' } }),
        // No member of the API: what becomes of it stands in the limits.
        ...(stop.length > 0 && { stop }),
        ...(stream && { stream: true }),
      },
    };
  }

  hears(answer: string, streamed: boolean): Answered {
    const response = streamed ? lastResponse(readEvents(answer)) : (parseObject(answer, 'the answer') as unknown);
    const { object, output, usage, status, incomplete_details: details } = response as ResponseObject;
    expectEqual(object, 'response', 'object');
    if (!usage) throw new Error('The response has no usage.');
    this.input.push(...output);
    const calls = output.filter((item) => item.type === 'function_call');
    this.calls = calls.map((item) => item.call_id);
    expectEqual(status, details ? 'incomplete' : 'completed', 'status');
    expectEqual(usage.total_tokens, usage.input_tokens + usage.output_tokens, 'total_tokens');
    return {
      text: output.map(textOfItem).join(''),
      reasoning: output.map(reasoningOfItem).join(''),
      calls: calls.map((item) => ({ name: item.name, input: parseObject(item.arguments, 'arguments') })),
      finish: details?.reason === 'max_output_tokens' ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
      stoppedBy: null,
      usage: {
        prompt: usage.input_tokens,
        completion: usage.output_tokens,
        cached: usage.input_tokens_details.cached_tokens,
        reasoning: usage.output_tokens_details.reasoning_tokens,
      },
    };
  }
}

function textOfItem(item: OutputItem): string {
  if (item.type !== 'message') return '';
  return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}

function reasoningOfItem(item: OutputItem): string {
  return item.type === 'reasoning' ? item.summary.map(({ text }) => text).join('') : '';
}

/** The response that closes the stream, once the deltas have been found to say the same. */
function lastResponse(events: readonly JsonObject[]): JsonObject {
  events.forEach((event, at) => expectEqual(event['sequence_number'], at, 'sequence_number'));
  expectEqual(events[0]?.['type'], 'response.created', 'the first event');
  const last = events.at(-1);
  const { status } = (last?.['response'] ?? {}) as JsonObject;
  expectEqual(last?.['type'], `response.${String(status)}`, 'the last event');
  const response = last?.['response'] as JsonObject;
  const items = response['output'] as readonly OutputItem[];
  const told = (type: string, index: number): string =>
    events
      .filter((event) => event['type'] === type && event['output_index'] === index)
      .map((event) => event['delta'])
      .join('');
  items.forEach((item, index) => {
    const open = events.findIndex((event) => isOf(event, 'response.output_item.added', index));
    const done = events.findIndex((event) => isOf(event, 'response.output_item.done', index));
    if (open < 0 || done < open) throw new Error(`The item ${index} is not opened and closed.`);
    expectEqual(JSON.stringify(events[done]?.['item']), JSON.stringify(item), `the item ${index}`);
    expectEqual(told('response.output_text.delta', index), textOfItem(item), `the text of the item ${index}`);
    expectEqual(told('response.reasoning_summary_text.delta', index), reasoningOfItem(item), `the summary ${index}`);
    const called = item.type === 'function_call' ? item.arguments : '';
    expectEqual(told('response.function_call_arguments.delta', index), called, `the arguments of the item ${index}`);
  });
  const added = events.filter(({ type }) => type === 'response.output_item.added');
  expectEqual(added.length, items.length, 'the number of items');
  return response;
}

function isOf(event: JsonObject, type: string, index: number): boolean {
  return event['type'] === type && event['output_index'] === index;
}

function toTool({ name, description, parameters }: ToolMeaning): JsonObject {
  return { type: 'function', name, description, parameters, strict: false };
}
