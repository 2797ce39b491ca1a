/** Letters that look like Latin ones: by how they look, not by what they are. */

/** Runs of letters of other scripts and, below each, the Latin letters that they pass for. */
const lookalikes: readonly (readonly [string, string])[] = [
  // Cyrillic, where capitals and small letters look different from each other each has its own.
  ['АВЕЅІЈКМНОРСТУХԚԜҮ', 'abesijkmhopctyxqwy'],
  ['авеѕіјкмнорстухԛԝһӏԁүӀѵґг', 'abesijkmhopctyxqwhldylvrr'],
  // Greek.
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'abezhikmnoptyx'],
  ['αβεηικνορστυχωγ', 'abenikvopotuxwy'],
  ['ϲϳϹ', 'cjc'],
  // Armenian.
  ['օոհսցզքԼՕՏՍ', 'onhugqflosu'],
  // Cherokee capitals.
  ['ᎪᏴᏟᎠᎬᎶᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ', 'abcdeghijklmprstvwz'],
  // Latin letters of phonetics, small capitals and letters with a stroke, which no decomposition makes plain.
  ['ɑɡɩɪʟɴʀʏʙɢʜᴀᴄᴅᴇꜰᴊᴋᴍᴏᴘꜱᴛᴜᴠᴡᴢ', 'agiilnrybghacdefjkmopstuvwz'],
  ['øđłħŧƀɓɗƙƥƴȷıɨʉɇɉɍɏ', 'odlhtbbdkpyjiiuejry'],
];

/** First code points of runs of 26 letters, A to Z. */
const alphabets: readonly number[] = [
  0x1f130, // squared
  0x1f150, // negative circled
  0x1f170, // negative squared
  0x1f1e6, // regional indicators
];

function* pairs(): Generator<readonly [string, string]> {
  for (const [letters, latin] of lookalikes) {
    for (const [place, letter] of [...letters].entries()) yield [letter, latin.charAt(place)];
  }
  for (const first of alphabets) {
    for (let letter = 0; letter < 26; letter++) {
      yield [String.fromCodePoint(first + letter), String.fromCharCode(97 + letter)];
    }
  }
}

const latinOf: ReadonlyMap<string, string> = new Map(pairs());

/** The small Latin letter that a character passes for; none where it passes for none. */
export function findLookalike(character: string): string | undefined {
  return latinOf.get(character);
}
