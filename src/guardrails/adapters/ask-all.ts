/** Asks a service several things for one verdict, a few at a time. */

const atOnce = 4;

/** The answers in the order of what was asked; the first failure ends it. */
export async function askAll<Asked, Answer>(
  all: readonly Asked[],
  ask: (one: Asked) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < all.length; at += atOnce) {
    answers.push(...(await Promise.all(all.slice(at, at + atOnce).map(ask))));
  }
  return answers;
}
