/** The injection tokens of time and randomness, so that tests can hand in their own. */
export const CLOCK = Symbol('CLOCK');
export const RANDOM = Symbol('RANDOM');
