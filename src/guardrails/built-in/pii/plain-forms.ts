/** Digits, letters and punctuation in their ASCII forms, each character in its place. */

const firstFullWidth = 0xff01;
const lastFullWidth = 0xff5e;
const toAscii = 0xfee0;
/** The zeros of other scripts' digits that numbers of people are written in. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6];

const others =
  /[\u00a0\u2007\u2009\u202f\u2010-\u2015\u2212\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\uff01-\uff5e]/g;

function plain(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= firstFullWidth && code <= lastFullWidth) return String.fromCharCode(code - toAscii);
  const zero = zeros.find((first) => code >= first && code <= first + 9);
  if (zero !== undefined) return String(code - zero);
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212 ? '-' : ' ';
}

/** As long as the text, so that what is found in it stands at the same place in the text. */
export function inPlainForms(text: string): string {
  return text.replace(others, plain);
}
