/** Where tasks besides chat are: beside the router's chat under the model's name, or at the root of a dedicated endpoint. */
import type { Endpoint } from '../../spec/outbound.js';
import { modelPath } from './wire-model.js';

const routerHost = /^https:\/\/router\.huggingface\.co$/;

/** @param task on the router: `feature-extraction`; @param path at a dedicated endpoint: `/embed` */
export function taskPath(
  { endpoint, model }: { readonly endpoint: Endpoint; readonly model: string },
  task: string,
  path: string,
): string {
  const base = endpoint.basePath.replace(/\/v1$/, '');
  if (!routerHost.test(endpoint.origin)) return `${base}${path}`;
  return `${base}/hf-inference/models/${modelPath(model)}/pipeline/${task}`;
}
