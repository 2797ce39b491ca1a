/** What checks have found, in LiteLLM's shape: endpoints that answered and those that did not, without their secrets. */
import type { Deployment, InboundHeaders } from '../core/spec/index.js';
import type { GatewayError } from '../core/errors/gateway-error.js';

/** What came of one check. */
export type Finding =
  | { readonly state: 'healthy'; readonly deployment: Deployment; readonly headers: InboundHeaders }
  | { readonly state: 'unhealthy'; readonly deployment: Deployment; readonly error: GatewayError }
  | { readonly state: 'unchecked'; readonly deployment: Deployment; readonly reason: string };

export type EndpointEntry = Readonly<Record<string, string | number>>;

export interface HealthReport {
  readonly healthy_endpoints: readonly EndpointEntry[];
  readonly unhealthy_endpoints: readonly EndpointEntry[];
  readonly healthy_count: number;
  readonly unhealthy_count: number;
  /** Only where there are any. */
  readonly unchecked_endpoints?: readonly EndpointEntry[];
}

export interface ReportOptions {
  /** False: the models' names and ids alone (`health_check_details`). */
  readonly details: boolean;
  /** Where the models lie is shown to administrators only. */
  readonly showsAddresses: boolean;
}

export function toReport(findings: readonly Finding[], options: ReportOptions): HealthReport {
  const entries = (state: Finding['state']): EndpointEntry[] =>
    findings.filter((finding) => finding.state === state).map((finding) => toEntry(finding, options));
  const [healthy, unhealthy, unchecked] = [entries('healthy'), entries('unhealthy'), entries('unchecked')];
  return {
    healthy_endpoints: healthy,
    unhealthy_endpoints: unhealthy,
    healthy_count: healthy.length,
    unhealthy_count: unhealthy.length,
    ...(unchecked.length > 0 && { unchecked_endpoints: unchecked }),
  };
}

/** Settings of the deployment that say where it lies and are no secrets. */
const places = ['api_version', 'aws_region_name', 'vertex_project', 'vertex_location'];
const told = ['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens', 'x-ms-region'];

export function toEntry(finding: Finding, { details, showsAddresses }: ReportOptions): EndpointEntry {
  const { deployment } = finding;
  const { provider, model, endpoint, parameters, modelInfo } = deployment;
  const names = { model: `${provider.id}/${model}`, model_id: deployment.id };
  if (!details) return names;
  const settings = showsAddresses ? places.map((name) => [name, parameters.provider[name]] as const) : [];
  const headers = finding.state === 'healthy' ? told.map((name) => [name, finding.headers[name]] as const) : [];
  const given = [...settings, ['mode', modelInfo['mode']] as const, ...headers];
  return {
    ...names,
    custom_llm_provider: provider.id,
    ...(showsAddresses && endpoint.origin !== '' && { api_base: endpoint.origin + endpoint.basePath }),
    ...Object.fromEntries(given.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    ...outcomeOf(finding),
  };
}

function outcomeOf(finding: Finding): EndpointEntry {
  switch (finding.state) {
    case 'healthy':
      return {};
    case 'unhealthy':
      return { error: finding.error.message, exception_status: finding.error.status };
    case 'unchecked':
      return { reason: finding.reason };
  }
}
