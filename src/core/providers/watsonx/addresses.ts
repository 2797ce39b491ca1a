/** Where watsonx.ai is, and the paths of its endpoints. */
// https://cloud.ibm.com/apidocs/watsonx-ai#endpoint-url
import type { RequestTarget } from '../openai-compatible/index.js';
import { deploymentOf } from './place.js';

/** The date of the API's version that the adapter is written for. */
const apiVersion = '2024-10-10';
const region = /^[a-z]{2,4}(?:-[a-z0-9]+)+$/;

export function locate(
  settings: Readonly<Record<string, unknown>>,
  configured: string | undefined,
): string | undefined {
  if (configured !== undefined) return configured.replace(/\/ml\/v1\/?$/, '');
  const name = settings['region_name'];
  return typeof name === 'string' && region.test(name) ? `https://${name}.ml.cloud.ibm.com` : undefined;
}

/** Streams have an endpoint of their own. */
export function chatPath(_endpointPath: string, call: RequestTarget & { readonly stream?: boolean }): string {
  return textPath(call.stream ? 'chat_stream' : 'chat', call);
}

/** @param task `chat`, `embeddings`, ... */
export function textPath(task: string, call: RequestTarget): string {
  const deployment = deploymentOf(call);
  const place = deployment === undefined ? '' : `deployments/${encodeURIComponent(deployment)}/`;
  const configured = call.parameters.provider['api_version'];
  const version = typeof configured === 'string' && configured !== '' ? configured : apiVersion;
  return `${call.endpoint.basePath}/ml/v1/${place}text/${task}?version=${encodeURIComponent(version)}`;
}
