/** Text that others have chosen, in a form that a header can hold. */

const unprintable = /[^\x20-\x7e]/u;
const everyUnprintable = new RegExp(unprintable, 'gu');

/** Clients and operators choose model names: what no header may hold is percent-encoded. */
export function headerText(text: string): string {
  return unprintable.test(text) ? text.replace(everyUnprintable, percentEncoded) : text;
}

function percentEncoded(character: string): string {
  return character.isWellFormed() ? encodeURIComponent(character) : '?';
}
