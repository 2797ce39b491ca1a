/** What a request of the Responses API builds on, as it was found before the request is routed. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { withoutOwnIds } from '../../objects/responses/input-items.js';
import type { Conversation, StoredItem, StoredResponse } from '../../objects/responses/stored-response.js';
import type { ResponsesInputItem, ResponsesRequest } from '../../core/schema/openai/responses.js';

export interface ResponseTurn {
  /** What `previous_response_id` names; undefined where the request has none, or where it lies in an account of the client's own. */
  readonly previous: StoredResponse | undefined;
  /** What was said up to there, where the gateway keeps it. */
  readonly conversation: Conversation | undefined;
  /** What `item_reference`s name, by id; of what the gateway keeps alone. */
  readonly referenced: ReadonlyMap<unknown, StoredItem>;
}

/** The ids in the input's `item_reference`s. */
export function referencesIn(input: ResponsesRequest['input']): unknown[] {
  return typeof input === 'string' ? [] : input.filter(isReference).map(({ id }) => id);
}

/** The request's own input, with the items in place of their names. */
export function ownInput(
  input: ResponsesRequest['input'],
  { referenced }: ResponseTurn,
): readonly ResponsesInputItem[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  if (referenced.size === 0) return input;
  return input.map((item) => (isReference(item) ? (referenced.get(item['id']) ?? item) : item));
}

/**
 * The request with all that it builds on, for a provider that keeps nothing.
 *
 * @throws GatewayError `object_not_found` where the input names an item that is not kept here
 */
export function wholeRequest(body: ResponsesRequest, turn: ResponseTurn): ResponsesRequest {
  const { previous_response_id: previousId, input, ...rest } = body;
  const own = ownInput(input, turn);
  const missing = own.find(isReference);
  if (missing) {
    const reason = `Item with id '${String(missing['id'])}' not found. Items are kept with the responses that they belong to; send the item itself.`;
    throw new GatewayError('object_not_found', { param: 'input', facts: { reason } });
  }
  if (!previousId && turn.referenced.size === 0) return body;
  return { ...rest, input: [...(turn.conversation?.items ?? []), ...own] };
}

/** The same for a provider that keeps responses itself, but not this one; undefined where it finds all that it needs. */
export function requestForKeeper(body: ResponsesRequest, turn: ResponseTurn): ResponsesRequest | undefined {
  if (turn.conversation === undefined && turn.referenced.size === 0) return undefined;
  const { previous_response_id: previousId, input, ...rest } = body;
  const own = withoutOwnIds([...(turn.conversation?.items ?? []), ...ownInput(input, turn)]);
  const namesProviders = turn.conversation === undefined && previousId !== undefined;
  return { ...rest, ...(namesProviders && { previous_response_id: previousId }), input: own };
}

function isReference({ type }: ResponsesInputItem): boolean {
  return type === 'item_reference';
}
