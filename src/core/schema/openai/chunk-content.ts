/** What a chunk of a streamed chat answer brings. */

interface StreamedChoice {
  readonly delta?: object | null;
  readonly text?: unknown;
}

/** True where a chunk brings text, reasoning, a refusal or a part of a call. */
export function hasContent({ choices }: { readonly choices?: unknown }): boolean {
  return (
    Array.isArray(choices) &&
    (choices as readonly StreamedChoice[]).some(({ delta, text }) => text || (delta != null && carries(delta)))
  );
}

const texts = ['content', 'reasoning_content', 'reasoning', 'refusal'];
const objects = ['tool_calls', 'function_call', 'audio'];

function carries(delta: object): boolean {
  const members = delta as Readonly<Record<string, unknown>>;
  return texts.some((name) => Boolean(members[name])) || objects.some((name) => members[name] != null);
}
