/** How built-in categories are written down: their words by how bad they are, and what excuses them. */
export interface CategoryWords {
  readonly name: string;
  readonly high?: readonly string[];
  readonly medium?: readonly string[];
  readonly low?: readonly string[];
  /** Severe where its words come in this order, with any endings. */
  readonly fuzzy?: readonly string[];
  readonly exceptions?: readonly string[];
}
