/** Lists of paths that a key may, or may not, call by pass-through. */

/** Segments without anything that two readers could take for different paths; a star only behind a slash at the end. */
export const passThroughPathPattern = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~:@-]+)+(?:\/\*)?$/;

/** A path with all that lies below it; a star at its end says the same. */
export function holdsPassThroughPath(listed: string, path: string): boolean {
  const root = listed.replace(/\/\*$/, '');
  return path === root || path.startsWith(`${root}/`);
}
