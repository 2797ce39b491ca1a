/** What stands behind a path that no route was written for: an API of a known provider, or one that the operator has named. */
import type { EgressProfile } from '../../core/spec/deployment.js';
import type { NativePrefix } from '../native/native-prefixes.js';

interface EntryFacts {
  readonly id: string;
  /** Without a slash at its end. */
  readonly path: string;
  /** The path, with a star where all that lies below belongs to it. */
  readonly template: string;
  readonly includesSubpath: boolean;
  /** Undefined for all. */
  readonly methods: ReadonlySet<string> | undefined;
  /** Needs no key. */
  readonly isOpen: boolean;
  /** Guardrails that must look at whatever passes. */
  readonly guardrails: readonly string[];
}

export interface NativeEntry extends EntryFacts {
  readonly kind: 'native';
  readonly prefix: NativePrefix;
}

export interface NamedEntry extends EntryFacts {
  readonly kind: 'named';
  readonly origin: string;
  /** Without a slash at its end. */
  readonly basePath: string;
  /** Of the target's address and `default_query_params`: what a client has not set. */
  readonly defaultQuery: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; they hold keys. */
  readonly headers: Readonly<Record<string, string>>;
  readonly forwardsHeaders: boolean;
  readonly costNanos: bigint;
  readonly timeoutMs: number | undefined;
  /** `operator` for one of the file, `restricted` for one of the database. */
  readonly egress: EgressProfile;
}

export type PassThroughEntry = NativeEntry | NamedEntry;
