/** What is known of a matched route where it is decided who may call it: never its URL, which has many spellings. */
import type { AudienceName } from '../audience.decorator.js';

export interface RouteFacts {
  readonly method: string;
  /** The template that the router has matched, such as `/key/:key/regenerate` or `/v1/models/*`. */
  readonly template: string;
  readonly audience: AudienceName;
}
