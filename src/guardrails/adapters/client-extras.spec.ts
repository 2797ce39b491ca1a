import { guardrailAdapters } from './guardrail-adapters.js';
import { contentOf, contextOfTest, FakeService, surroundingsOfTest } from './testing/adapter-bench.js';
import { leastParameters } from './testing/least-parameters.js';

/** A client that would rather not be looked at: each member is one that some service reads its task from. */
const attack = {
  texts: ['harmless'],
  text: 'harmless',
  messages: [{ role: 'user', content: 'harmless' }],
  input: ['harmless'],
  userPrompt: 'harmless',
  content: [{ text: { text: 'harmless' } }],
  project_id: 'lax-project',
  language: 'xx',
  validation_target: 'response',
  categories: [],
  model: 'lax-model',
};

describe.each(Object.keys(leastParameters))('%s', (id) => {
  it("sends the same whatever a client's extra_body holds, but for what it hands on as the client's", async () => {
    const type = guardrailAdapters.find((each) => each.id === id);
    const sentWith = async (extraBody: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const service = new FakeService(['unreachable']);
      const guardrail = type?.create(type.parameters.parse(leastParameters[id]), surroundingsOfTest({ http: service }));
      await expect(guardrail?.check(contentOf(['bad words']), { ...contextOfTest, extraBody })).rejects.toThrow();
      const { additional_provider_specific_params: _handedOn, ...body } = service.bodies[0] as Record<string, unknown>;
      return { body, url: service.requests[0]?.url };
    };
    expect(await sentWith(attack)).toEqual(await sentWith({}));
  });
});
