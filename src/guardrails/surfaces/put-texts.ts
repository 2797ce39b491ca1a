/** Puts changed texts back to where they were found. */
import { spliceJson, type Splice } from './json-splice.js';
import type { TextPlace } from './surface.js';

/** A place that can be written to. */
export type Writable = Pick<TextPlace, 'path' | 'text' | 'isValue' | 'echoes'>;

/**
 * @param source the JSON text that the places were found in
 * @param texts in the places of `places`, all of them
 */
export function putTexts(source: string, places: readonly Writable[], texts: readonly string[]): string {
  const splices: Splice[] = [];
  places.forEach(({ path, text, isValue, echoes = [] }, index) => {
    const changed = texts[index] ?? text;
    if (changed === text) return;
    splices.push({ path, json: isValue ? changed : JSON.stringify(changed) });
    for (const echo of echoes) splices.push({ path: echo, json: 'null' });
  });
  return spliceJson(source, splices);
}
