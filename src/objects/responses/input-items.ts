/** The items of a request's input as they are kept and listed: each with an id, texts as parts. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ResponsesInputItem, ResponsesRequest } from '../../core/schema/openai/responses.js';
import type { StoredItem } from './stored-response.js';

const prefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fco',
};

/** The input of the request that `responseId` answers; items that have an id keep it. */
export function toStoredItems(input: ResponsesRequest['input'], responseId: string): StoredItem[] {
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  return items.map((item, index) => toStoredItem(item, `${responseId.replace(/^resp_/, '')}_in${index}`));
}

function toStoredItem(item: ResponsesInputItem, suffix: string): StoredItem {
  const type = item.type ?? 'message';
  const given = item['id'];
  const id = typeof given === 'string' && given !== '' ? given : `${prefixes[type] ?? 'item'}_${suffix}`;
  if (type !== 'message') return { ...item, type, id };
  const { content, role } = item;
  const partType = role === 'assistant' ? 'output_text' : 'input_text';
  return {
    ...item,
    type,
    id,
    status: item['status'] ?? 'completed',
    content: typeof content === 'string' ? [{ type: partType, text: content }] : (content ?? []),
  };
}

/** The response that the gateway made an item's id for; undefined for ids of others. */
export function responseOfItem(itemId: unknown): string | undefined {
  const match = typeof itemId === 'string' ? /^[a-z]+_([0-9a-f-]{36})_(?:in)?\d+$/.exec(itemId) : null;
  return match ? `resp_${match[1]}` : undefined;
}

/** Items that the gateway's models were asked with, for a provider that keeps items itself: it knows neither their ids nor their thoughts. */
export function withoutOwnIds(items: readonly ResponsesInputItem[]): ResponsesInputItem[] {
  return items.flatMap(({ id, ...item }) => {
    if (responseOfItem(id) === undefined) return [id === undefined ? item : { id, ...item }];
    return item.type === 'reasoning' ? [] : [item];
  });
}

export interface ListQuery {
  readonly after?: string | undefined;
  readonly limit?: string | undefined;
  readonly order?: string | undefined;
}

export interface ItemList {
  readonly object: 'list';
  readonly data: readonly StoredItem[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

const mostItems = 100;
const usualItems = 20;

/**
 * One page of items that are given the oldest first; the newest come first where the query does not say otherwise.
 *
 * @throws GatewayError `invalid_request` naming the parameter
 */
export function pageOf(items: readonly StoredItem[], { after, limit, order = 'desc' }: ListQuery): ItemList {
  if (order !== 'asc' && order !== 'desc') throw invalid('order', 'must be `asc` or `desc`');
  const most = limit === undefined ? usualItems : Number(limit);
  if (!(Number.isInteger(most) && most >= 1 && most <= mostItems))
    throw invalid('limit', `must be a whole number from 1 to ${mostItems}`);
  const ordered = order === 'asc' ? items : items.toReversed();
  const at = after === undefined ? -1 : ordered.findIndex(({ id }) => id === after);
  if (after !== undefined && at < 0) throw invalid('after', 'names no input item of this response');
  const data = ordered.slice(at + 1, at + 1 + most);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: at + 1 + most < ordered.length,
  };
}

function invalid(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${what}.` } });
}
