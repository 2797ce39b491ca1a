/** Runs the library's verbs whose answers come in one piece, over whatever deployments a plan names. */
import { randomUUID } from 'node:crypto';
import { connectionsFor } from './call-connections.js';
import { planFor, type CallOptions, type RunOptions } from './call-options.js';
import { GatewayError } from './errors/gateway-error.js';
import { readWhole, transportOptions } from './routed-call.js';
import type { LibraryPlan } from './library-plan.js';
import { systemClock, type Deployment, type EndpointAdapter } from './spec/index.js';
import { EndpointTranslation } from './transport/endpoint-translation.js';
import { withLoadedFiles } from './transport/load-files.js';
import { ProviderCall } from './transport/execute-call.js';

export type EndpointKey = 'embeddings' | 'rerank' | 'images' | 'transcription' | 'speech' | 'moderations';

/** @throws GatewayError always one */
export async function callEndpoint<Body extends object, Answer>(
  key: EndpointKey,
  model: unknown,
  body: Body,
  options: CallOptions,
): Promise<Answer> {
  return askEndpoint(key, planFor(model, options), body, options);
}

/** @throws GatewayError always one */
export async function askEndpoint<Body extends object, Answer>(
  key: EndpointKey,
  plan: LibraryPlan,
  body: Body,
  options: RunOptions,
): Promise<Answer> {
  return readWhole<Answer>(
    plan,
    async (deployment, reader, remainingMs) => {
      const adapter = adapterOf<Body, Answer>(deployment, key);
      const translation = new EndpointTranslation<Body, Answer, Answer>(
        deployment.provider.id,
        adapter,
        {
          body: await withLoadedFiles(adapter, { ...deployment.defaults, ...body }),
          model: deployment.model,
          endpoint: deployment.endpoint,
          parameters: deployment.parameters,
          created: Math.floor(systemClock.now() / 1_000),
          responseId: randomUUID(),
        },
        { whole: (answer) => ({ answer }) },
      );
      const transport = transportOptions(connectionsFor(options), deployment, remainingMs, undefined);
      return new ProviderCall(deployment, false, translation, reader, transport);
    },
    options,
  );
}

function adapterOf<Body, Answer>({ provider }: Deployment, key: EndpointKey): EndpointAdapter<Body, Answer> {
  const adapter = provider[key];
  if (adapter === undefined) {
    const reason = `The provider ${provider.id} does not serve ${key}.`;
    throw new GatewayError('invalid_request', { param: 'model', facts: { reason }, provider: provider.id });
  }
  // The verbs name the key together with the shapes that the contract gives it.
  return adapter as unknown as EndpointAdapter<Body, Answer>;
}
