/** What a request runs in: a deployment, which is in the path, or a project or space, which is in the body. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { JsonObject, RequestTarget } from '../openai-compatible/index.js';

const prefix = 'deployment/';

/** The deployment's id for models named `deployment/<id>`. */
export function deploymentOf({ model }: RequestTarget): string | undefined {
  return model.startsWith(prefix) ? model.slice(prefix.length) : undefined;
}

/** The members of a body that say which model runs where; none for a deployment, which knows. */
export function placeOf(call: RequestTarget): JsonObject {
  if (deploymentOf(call) !== undefined) return {};
  const { project_id: project, space_id: space } = call.parameters.provider;
  if (typeof project === 'string') return { model_id: call.model, project_id: project };
  if (typeof space === 'string') return { model_id: call.model, space_id: space };
  const reason =
    'watsonx.ai needs `project_id` or `space_id` in litellm_params, or WATSONX_PROJECT_ID in the environment.';
  throw new GatewayError('invalid_request', { facts: { reason }, provider: 'watsonx' });
}
