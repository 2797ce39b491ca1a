/** Recognises stream events that differ from an already checked one only inside its text, without parsing them. */

// The members whose strings change from event to event; `obfuscation` is OpenAI's padding of the event's length.
const varying = /"(?:content|text|reasoning_content|arguments|obfuscation)": ?"/g;

/**
 * A checked event cut into its unchanging parts. An event that has the same parts with well-formed JSON strings between
 * them is as valid as the first one was, and says the same but for those strings.
 */
export class EventTemplate {
  private constructor(private readonly parts: readonly string[]) {}

  /** The template of a checked event (with its closing blank line); undefined where no part of it varies. */
  static learn(event: string): EventTemplate | undefined {
    const parts: string[] = [];
    let from = 0;
    // A quote within a JSON string is always escaped, so what matches here is a key and nothing else.
    for (const match of event.matchAll(varying)) {
      const valueStart = match.index + match[0].length;
      parts.push(event.slice(from, valueStart));
      from = stringEnd(event, valueStart);
      if (from === -1) return undefined;
    }
    if (parts.length === 0) return undefined;
    parts.push(event.slice(from));
    return new EventTemplate(parts);
  }

  /** The index after the event that begins at `from`; -1 where it must be looked at closely. */
  matchEnd(text: string, from: number): number {
    const { parts } = this;
    let at = from;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as string;
      const partEnd = at + part.length;
      // A slice and a comparison take a sixth of the time that `startsWith` does.
      if (text.slice(at, partEnd) !== part) return -1;
      at = partEnd;
      if (index === parts.length - 1) return at;
      const end = stringEnd(text, at);
      // An empty text is no content; whoever counts must look at it.
      if (end <= at) return -1;
      at = end;
    }
    return -1;
  }
}

const quote = 34;
const backslash = 92;
const plainEscapes = new Set([...'"\\/bfnrt'].map((char) => char.charCodeAt(0)));

/** The index of the quote that closes the string whose text begins at `from`; -1 where the string is not plainly well-formed. */
function stringEnd(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) {
      at += 1;
      if (!plainEscapes.has(text.charCodeAt(at))) return -1;
    } else if (!(code >= 32)) {
      return -1;
    }
  }
}
