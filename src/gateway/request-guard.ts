/** The guardrails of one request on their way with it: what they have looked at, and what goes on in its place. */
import type { GuardRun } from '../guardrails/guard-run.js';
import type { Surface } from '../guardrails/surfaces/surface.js';

export interface RequestGuard {
  readonly run: GuardRun;
  readonly surface: Surface;
  /** The JSON that holds the request's texts: its bytes, or the texts of a form. */
  source: string;
  /** The bytes as they go on, where a guardrail has changed them. */
  bytes?: Buffer;
  /** The verdict of those that look while the model answers; made with the first attempt. */
  during?: Promise<void>;
}
