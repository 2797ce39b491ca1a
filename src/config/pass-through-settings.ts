/** Pass-through endpoints as the rooms read them, and the environment variables that their headers name. */
import { nanosFromUsd } from '../core/pricing/money.js';
import { errorAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import type { Located, LocatedMap } from './located.js';
import { toMs } from './schema/fields.js';
import type { WirePassThroughEndpoint } from './schema/pass-through.schema.js';

export interface PassThroughSetting {
  readonly path: string;
  readonly target: string;
  /** Lower-case names; they may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly defaultQuery: Readonly<Record<string, string>>;
  readonly includesSubpath: boolean;
  readonly forwardsHeaders: boolean;
  /** Nano-dollars. */
  readonly costNanos: bigint;
  readonly timeoutMs: number | undefined;
  /** Undefined for all. */
  readonly methods: readonly string[] | undefined;
  readonly guardrails: readonly string[];
  /** False: anybody may call it. */
  readonly needsKey: boolean;
}

export function toPassThroughSetting(
  wire: WirePassThroughEndpoint,
  environment: Environment | undefined,
): PassThroughSetting {
  const headers = Object.entries(wire.headers).map(([name, value]) => [
    name.toLowerCase(),
    environment ? withVariables(value, environment) : value,
  ]);
  return {
    path: wire.path,
    target: wire.target,
    headers: Object.fromEntries(headers) as Record<string, string>,
    defaultQuery: wire.default_query_params,
    includesSubpath: wire.include_subpath,
    forwardsHeaders: wire.forward_headers,
    costNanos: nanosFromUsd(wire.cost_per_request),
    timeoutMs: toMs(wire.timeout),
    methods: wire.methods,
    guardrails: wire.guardrails ?? [],
    needsKey: wire.auth,
  };
}

/** LiteLLM's files have references within a text: `Bearer os.environ/NAME`. */
const reference = /os\.environ\/([A-Za-z_][A-Za-z0-9_]*)/g;

function withVariables(value: string, environment: Environment): string {
  return value.replace(reference, (written, name: string) => environment[name] ?? written);
}

/** A header that names a variable which is not set would go out with the name in it. */
export function checkPassThroughHeaders(root: LocatedMap, environment: Environment, problems: ConfigProblem[]): void {
  for (const entry of itemsOf(memberOf(root.entries.get('general_settings'), 'pass_through_endpoints'))) {
    const headers = memberOf(entry, 'headers');
    for (const node of headers?.kind === 'map' ? headers.entries.values() : []) {
      if (node.kind !== 'scalar' || typeof node.value !== 'string') continue;
      for (const [, name = ''] of node.value.matchAll(reference)) {
        if ((environment[name] ?? '') !== '' || node.unsetVariable !== undefined) continue;
        problems.push(
          errorAt(node.origin, `the environment variable ${name} is not set. Set it, or write the value here.`),
        );
      }
    }
  }
}

function memberOf(node: Located | undefined, name: string): Located | undefined {
  return node?.kind === 'map' ? node.entries.get(name) : undefined;
}

function itemsOf(node: Located | undefined): readonly Located[] {
  return node?.kind === 'list' ? node.items : [];
}
