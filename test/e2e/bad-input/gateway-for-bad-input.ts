/** The gateway of these tests: one model that answers by itself, one behind a provider that keeps what it is sent. */
import { anthropic, openAi } from '../support/dialects.js';
import { clientView } from '../support/client-stream.js';
import { TestGateway } from '../support/gateway.js';
import { RawUpstream, wholeAnswer } from '../support/upstream.js';

export const messages = [{ role: 'user', content: 'Hello' }];
/** For requests that must be refused before anything is done for them. Generous, for busy machines. */
export const ceilingMs = 2_000;
export const providerKey = 'sk-proj-canary-provider-key-4b7e1d90a2';

export interface BadInputBench {
  readonly gateway: TestGateway;
  readonly upstream: RawUpstream;
  stop(): Promise<void>;
}

export async function startBench(): Promise<BadInputBench> {
  const upstream = await RawUpstream.start(({ path }) => (socket) => {
    socket.write(wholeAnswer((path.endsWith('/messages') ? anthropic : openAi).whole('from the provider')));
  });
  const gateway = await TestGateway.start({
    models: [
      {
        model_name: 'echo',
        litellm_params: { model: 'openai/gpt-e2e', api_key: 'none', mock_response: 'Hello back.' },
      },
      {
        model_name: 'same',
        litellm_params: { model: 'openai/gpt-e2e', api_base: `${upstream.origin}/v1`, api_key: providerKey },
      },
      {
        model_name: 'translated',
        litellm_params: { model: 'anthropic/claude-e2e', api_base: upstream.origin, api_key: providerKey },
      },
    ],
  });
  return {
    gateway,
    upstream,
    stop: async () => {
      await gateway.stop();
      await upstream.stop();
    },
  };
}

/** What every bad request must leave behind: a process that answers the next one, and an untouched Object.prototype. */
export async function expectUnharmed({ gateway }: BadInputBench): Promise<void> {
  const answer = await gateway.chat({ model: 'echo', messages });
  expect(clientView(answer)).toMatchObject({ status: 200, text: 'Hello back.', done: true });
  expect(Reflect.ownKeys(Object.prototype)).toEqual(pristine);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

const pristine = Reflect.ownKeys(Object.prototype);
