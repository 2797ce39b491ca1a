/** Puts the results of calls in the order of the calls, for providers that tell results of one tool apart by their order alone. */
import type { ChatMessage } from './chat.js';

/** The list itself where every result stands in its place already. */
export function inCallOrder(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const ordered: ChatMessage[] = [];
  for (let at = 0; at < messages.length;) {
    let end = at;
    while (messages[end]?.role === 'tool') end += 1;
    if (end - at > 1) ordered.push(...sorted(messages.slice(at, end), messages[at - 1]?.tool_calls ?? []));
    else ordered.push(...messages.slice(at, Math.max(end, at + 1)));
    at = Math.max(end, at + 1);
  }
  return ordered.every((message, at) => message === messages[at]) ? messages : ordered;
}

/** Results of calls that are not known stay behind the others. */
function sorted(
  results: readonly ChatMessage[],
  calls: NonNullable<ChatMessage['tool_calls']>,
): readonly ChatMessage[] {
  const places = new Map(calls.map(({ id }, place) => [id, place]));
  const placeOf = ({ tool_call_id: id }: ChatMessage): number => places.get(id ?? '') ?? calls.length;
  return [...results].sort((one, other) => placeOf(one) - placeOf(other));
}
