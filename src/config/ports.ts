/** The injection tokens of ports: time and randomness, so that tests can hand in their own, and the calling of models. */
export const CLOCK = Symbol('CLOCK');
export const RANDOM = Symbol('RANDOM');
/** Of core's `ModelCaller`. */
export const MODEL_CALLER = Symbol('MODEL_CALLER');
