/** Where a SageMaker endpoint is invoked, and the headers that go with it. */
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
import type { EndpointCall } from '../../spec/endpoint-adapter.js';
import { configuredRegion, readSetting, serviceOrigin } from '../bedrock/aws-address.js';

type Settings = Readonly<Record<string, unknown>>;
type Target = Pick<EndpointCall<unknown>, 'model' | 'endpoint' | 'parameters'>;

export function locate(settings: Settings, configured: string | undefined): string | undefined {
  const own = readSetting(settings, 'sagemaker_base_url') ?? configured;
  const region = configuredRegion(settings);
  return own ?? (region === undefined ? undefined : serviceOrigin('runtime.sagemaker', region));
}

/** A base that leads to an endpoint already, or to its invocations, is completed. */
export function invocationPath({ endpoint: { basePath }, model }: Target, stream: boolean): string {
  const base = basePath.replace(/\/invocations(-response-stream)?$/, '');
  const endpoint = /\/endpoints\/[^/]+$/.test(base) ? base : `${base}/endpoints/${encodeURIComponent(model)}`;
  return `${endpoint}/${stream ? 'invocations-response-stream' : 'invocations'}`;
}

/** `model_id` names one of the models behind an endpoint that serves several. */
export function invocationHeaders({ parameters }: Target): Readonly<Record<string, string>> {
  const component = readSetting(parameters.provider, 'model_id');
  return {
    'content-type': 'application/json',
    ...(component !== undefined && { 'x-amzn-sagemaker-inference-component': component }),
    ...parameters.extraHeaders,
  };
}
