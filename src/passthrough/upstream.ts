/** Where one passed request goes, and with whose credentials: settled before anything is sent. */
import type { Deployment, EgressProfile, OutboundRequest } from '../core/spec/index.js';

export interface Upstream {
  /** The names in the ledger. */
  readonly provider: string;
  readonly deploymentId: string;
  readonly apiBase: string;
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly egress: EgressProfile;
  /** Undefined for an API that no provider definition knows. */
  readonly deployment: Deployment | undefined;
  /** Whether the credentials are a signature over the whole body. */
  readonly signsBody: boolean;
  /** What each answer costs besides, nano-dollars. */
  readonly costNanos: bigint;
  readonly timeoutMs: number | undefined;
  /** Puts the credentials into a request; its body is only there where it is signed. */
  authorize(request: OutboundRequest): OutboundRequest | Promise<OutboundRequest>;
}
