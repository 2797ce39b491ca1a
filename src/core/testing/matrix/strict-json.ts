/** Reads JSON as a provider with a closed schema does: a member that it does not know is an error. */
import type { JsonObject } from './meaning.js';

/** @param known the members that are documented */
export function membersOf(value: unknown, known: readonly string[], where: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is no object`);
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${where} has members that are not documented: ${unknown.join(', ')}`);
  return value as JsonObject;
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${where} is no list`);
  return value;
}

export function textOf(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Error(`${where} is no text`);
  return value;
}

/** The texts under `member`, one after the other; what has none adds nothing. */
export function joinedTexts(parts: readonly JsonObject[], member = 'text'): string {
  return parts.map((part) => (part[member] === undefined ? '' : textOf(part[member], member))).join('');
}

export function numberOf(value: unknown, where: string): number {
  if (typeof value !== 'number') throw new Error(`${where} is no number`);
  return value;
}

export function expectEqual(actual: unknown, wanted: unknown, where: string): void {
  if (actual !== wanted) throw new Error(`${where} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
}

export function parseObject(text: string, where: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is no object`);
  return value as JsonObject;
}

/** The events of a stream; `event:` lines, where there are any, must say what `type` says. */
export function readEvents(text: string): readonly JsonObject[] {
  const events = text.split('\n\n');
  if (events.pop() !== '') throw new Error('The stream does not end with a blank line.');
  return events.map((event) => {
    const lines = event.split('\n');
    const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length);
    if (data === undefined) throw new Error(`An event without data: ${event}`);
    if (data === '[DONE]') return { done: true };
    const parsed = parseObject(data, 'an event');
    const name = lines.find((line) => line.startsWith('event: '))?.slice('event: '.length);
    if (name !== undefined) expectEqual(name, parsed['type'], 'the name of an event');
    return parsed;
  });
}

/** Server-sent events as providers write them; with `event:` lines where `named` says so. */
export function writeEvents(events: readonly (JsonObject | string)[], named = false): string {
  return events
    .map((data) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      const name = named && typeof data !== 'string' ? `event: ${String(data['type'])}\n` : '';
      return `${name}data: ${text}\n\n`;
    })
    .join('');
}

/** A text as it is streamed: cut into pieces, but never within a character. */
export function pieces(text: string): readonly string[] {
  const characters = [...text];
  const size = Math.max(1, Math.ceil(characters.length / 3));
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += size) cut.push(characters.slice(at, at + size).join(''));
  return cut;
}
