import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientCacheService } from '../../../src/clients/client-cache.service.js';
import { EgressProfiles } from '../../../src/clients/egress-profiles.service.js';
import { OutboundHttp } from '../../../src/clients/outbound-http.service.js';
import { UpstreamConnections } from '../../../src/clients/upstream-connections.service.js';
import type { SettingsService } from '../../../src/config/settings.service.js';
import { GatewayError } from '../../../src/core/errors/gateway-error.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import type { Deployment, ModelCaller } from '../../../src/core/spec/index.js';
import { guardrailAdapters } from '../../../src/guardrails/adapters/guardrail-adapters.js';
import {
  contentOf,
  contextOfTest,
  surroundingsOfTest,
} from '../../../src/guardrails/adapters/testing/adapter-bench.js';
import type { Guardrail, GuardrailSurroundings, Verdict } from '../../../src/guardrails/guardrail.js';
import { guardedText, keyOfService, serviceCases, type ServiceCase } from './vendor-answers.js';

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let base: string;
let clients: ClientCacheService;
let connections: UpstreamConnections;
let http: OutboundHttp;
let asked: Asked[];
let answer: (asked: Asked, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      const [path = ''] = (request.url ?? '').split('?');
      const one = { path, headers: request.headers, body };
      asked.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clients = new ClientCacheService({});
  const general = { egress: { allowedHosts: [], allowedCidrs: [] } };
  const settings = { general, onChange: () => () => undefined } as unknown as SettingsService;
  connections = new UpstreamConnections(clients, new EgressProfiles(settings), systemClock);
  http = new OutboundHttp(connections);
});
afterAll(async () => {
  await clients.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
});

/** The judge's model: one that answers over HTTP, as a deployment does. */
const models: ModelCaller = {
  async call({ body, signal }) {
    const { status, body: bytes } = await http.send({
      url: `${base}/chat/completions`,
      method: 'POST',
      body: JSON.stringify(body),
      egress: 'operator',
      ...(signal && { signal }),
    });
    if (status !== 200) throw new GatewayError('upstream_unreachable', { facts: { reason: `status ${status}` } });
    return { requestId: 'judge-1', answer: bytes.toString('utf8'), headers: {} };
  },
};

const judge = {
  model: 'judge',
  provider: { chat: { supportedParams: () => new Set(['temperature', 'response_format', 'max_tokens']) } },
} as unknown as Deployment;

function surroundings(over: Partial<GuardrailSurroundings> = {}): GuardrailSurroundings {
  const { credentialsOf } = surroundingsOfTest();
  return surroundingsOfTest({
    clock: systemClock,
    http,
    models,
    deploymentsOf: () => [judge],
    // Google's credentials may name no token service but its own, which is not here.
    credentialsOf: (identity) =>
      identity.provider.id === 'vertex_ai' && credentialsOf
        ? credentialsOf(identity)
        : connections.credentials.current(identity),
    ...over,
  });
}

function guardrailOf({ id, parameters }: ServiceCase, over: Partial<GuardrailSurroundings> = {}): Guardrail {
  const type = guardrailAdapters.find((each) => each.id === id);
  if (!type) throw new Error(`there is no ${id}`);
  return type.create(type.parameters.parse(parameters(base)), surroundings(over));
}

function check(of: ServiceCase, signal = new AbortController().signal, guardrail = guardrailOf(of)): Promise<Verdict> {
  const direction = of.direction ?? 'request';
  const content = contentOf([{ text: guardedText, role: direction === 'request' ? 'user' : 'assistant' }], {
    direction,
  });
  return Promise.resolve(guardrail.check(content, { ...contextOfTest, signal }));
}

/** The JSON of a case for the path that was asked; the judge's as its model says it. */
function bodyOf({ id }: ServiceCase, json: unknown, { path, body }: Asked): string {
  if (id === 'llm_as_a_judge') {
    const token = /\\"token\\": \\"(\w+)\\"/.exec(body)?.[1];
    const content = JSON.stringify({ token, ...(json as object) });
    return JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] });
  }
  const byPath = typeof json === 'object' && json !== null && path in json ? Reflect.get(json, path) : json;
  return JSON.stringify(byPath);
}

const answering =
  (of: ServiceCase, json: unknown): typeof answer =>
  (one, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(bodyOf(of, json, one));
  };

async function failureOf(verdict: Promise<Verdict>): Promise<GatewayError> {
  const failure = await verdict.then(
    (given) => given,
    (thrown: unknown) => thrown,
  );
  if (!(failure instanceof GatewayError)) throw new Error(`not a failure: ${JSON.stringify(failure)}`);
  return failure;
}

/** Whatever the log may write of a failure: its text, its detail and those of its causes. */
function told(failure: unknown): string {
  if (!(failure instanceof Error)) return '';
  const detail = failure instanceof GatewayError ? (failure.detail ?? '') : '';
  return [failure.message, detail, told(failure.cause)].join(' ');
}

it('has a case for every kind', () => {
  expect(serviceCases.map(({ id }) => id).sort()).toEqual(guardrailAdapters.map(({ id }) => id).sort());
});

describe.each(serviceCases.map((of) => [of.id, of] as const))('%s', (_id, of) => {
  it('passes what its service finds nothing in, and has asked where the vendor says, with its credential', async () => {
    answer = answering(of, of.ok);
    expect(await check(of)).toEqual({ action: 'pass' });
    expect(of.paths).toContain(asked[0]?.path);
    expect(asked[0]?.body).toContain(guardedText);
    const [name, value] = of.credential ?? ['content-type', 'application/json'];
    if (of.id !== 'llm_as_a_judge') expect(asked[0]?.headers[name]).toMatch(startsWith(value));
  });

  it('blocks what its service refuses, and says nothing of the text', async () => {
    answer = answering(of, of.block);
    const verdict = await check(of);
    expect(verdict.action).toBe('block');
    expect(JSON.stringify(verdict)).not.toContain('jane');
    expect('findings' in verdict && verdict.findings?.length).toBeGreaterThan(0);
  });

  const { mask } = of;
  if (mask) {
    it('masks what its service would have otherwise, and says nothing of what it was', async () => {
      answer = answering(of, mask.answer);
      const verdict = await check(of);
      expect(verdict).toMatchObject({ action: 'mask', texts: [mask.text] });
      expect(JSON.stringify(verdict)).not.toContain('jane');
    });
  }

  it.each([
    ['500', 500, `{"error": "${guardedText} ${keyOfService}"}`],
    ['429', 429, '{"error": "slow down"}'],
    ['a redirect', 302, ''],
    ['garbage', 200, `<html>${guardedText} ${keyOfService}</html>`],
    ['nothing', 200, ''],
    ['JSON of another kind', 200, `{"text": "${guardedText}"}`],
    ['half of its JSON', 200, '{"results": [{"flag'],
    ['more than anybody reads', 200, ' '.repeat(2_000_000)],
  ])(
    'is unavailable where its service answers with %s, and tells neither key nor text',
    async (_what, status, body) => {
      answer = (_asked, response) => {
        response.writeHead(status, { location: `${base}/elsewhere` }).end(body);
      };
      const failure = await failureOf(check(of));
      expect(failure.code).toBe('guardrail_unavailable');
      expect(told(failure)).not.toContain('jane');
      expect(told(failure)).not.toContain(keyOfService);
      expect(asked).toHaveLength(1);
    },
  );

  it('is unavailable where its service closes the connection', async () => {
    answer = (_asked, response) => response.destroy();
    expect((await failureOf(check(of))).code).toBe('guardrail_unavailable');
  });

  it('is unavailable once its time is over, and lets go of the connection', async () => {
    const over = new AbortController();
    const gone = new Promise<void>((resolve) => {
      answer = (_asked, response) => {
        response.on('close', resolve);
        over.abort();
      };
    });
    expect((await failureOf(check(of, over.signal))).code).toBe('guardrail_unavailable');
    await gone;
  });

  it('waits for an answer that comes in small pieces', async () => {
    answer = (one, response) => {
      const parts = bodyOf(of, of.block, one).match(/[\s\S]{1,40}/g) ?? [];
      const next = (): void => {
        const part = parts.shift();
        if (part === undefined) response.end();
        else response.write(part, () => setImmediate(next));
      };
      next();
    };
    expect((await check(of)).action).toBe('block');
  });

  if (of.id !== 'llm_as_a_judge') {
    it('reaches no private address for somebody who may not', async () => {
      answer = answering(of, of.ok);
      const failure = await failureOf(check(of, undefined, guardrailOf(of, { egress: 'restricted' })));
      expect(failure.code).toBe('guardrail_unavailable');
      expect(asked).toEqual([]);
    });
  }
});

function startsWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[^\w ]/g, '\\$&')}`);
}
