/** The OpenAPI document says what is served, no more and no less (S-38), and its page gives away nothing without a key. */
import { masterKey, TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

interface Operation {
  readonly operationId: string;
  readonly 'x-audience': string;
  readonly security: readonly object[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: object } }>>;
  };
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly responses: Readonly<Record<string, object>>;
}

type Content = Readonly<Record<string, { readonly schema: object }>>;

let gateway: TestGateway;
let operations: Map<string, Operation>;
beforeAll(async () => {
  gateway = await TestGateway.start({ models: [] });
  const answer = await get('/openapi.json');
  const { openapi, paths } = answer.json as { openapi: string; paths: Record<string, Record<string, Operation>> };
  expect(openapi).toBe('3.1.0');
  operations = new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
});
afterAll(() => gateway.stop());

const get = (path: string, headers?: Record<string, string>): Promise<Answer> =>
  gateway.send({ method: 'GET', path, ...(headers && { headers }) });

it('has every route that is served, and no other', () => {
  // Fastify answers HEAD for each GET by itself; parts of a path are named in braces there.
  const served = gateway.routes
    // What is passed through has no shape of its own to describe.
    .filter(({ method, url }) => method !== 'HEAD' && url !== '/*')
    .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')}`);
  expect([...operations.keys()].sort()).toEqual([...new Set(served)].sort());
});

it('names each operation once, and says who may call it', () => {
  const ids = [...operations.values()].map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...operations.values()].filter((operation) => !/^(?!nobody)\w+$/.test(operation['x-audience']))).toEqual([]);
  expect(operations.get('POST /key/delete')).toMatchObject({ security: [{ key: [] }] });
  expect(operations.get('GET /health/liveness')).toMatchObject({ 'x-audience': 'public', security: [] });
});

it('shows the schemas that check bodies and queries', () => {
  const { requestBody, responses } = operations.get('POST /key/generate') ?? {};
  expect(requestBody?.content['application/json']?.schema.properties).toHaveProperty('key_alias');
  expect(Object.keys(responses ?? {})).toEqual(
    expect.arrayContaining(['200', '400', '401', '403', '409', '422', '503']),
  );
  expect(operations.get('GET /key/info')?.parameters).toEqual([
    expect.objectContaining({ name: 'key', in: 'query', required: false }),
  ]);
});

it('names each part of a path, and nothing else, among its parameters', () => {
  const differing = [...operations].filter(([route, { parameters = [] }]) => {
    const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    return inPath.join() !== named.join();
  });
  expect(differing.map(([route]) => route)).toEqual([]);
});

it('says of each answer of the management API, and of each field of a query, what it is', () => {
  const isUnknown = (schema: object): boolean => Object.keys(schema).length === 0;
  const management = [...operations].filter(([, operation]) => !/^(llm_api|public)$/.test(operation['x-audience']));
  expect(management.length).toBeGreaterThan(100);
  const silent = management
    .filter(([route]) => !/ \/health/.test(route))
    .filter(([, { responses }]) => {
      const { content = {} } = (responses['200'] ?? responses['201'] ?? {}) as { content?: Content };
      const schemas = Object.values(content).map(({ schema }) => schema);
      return !('204' in responses) && (schemas.length === 0 || schemas.some(isUnknown));
    });
  expect(silent.map(([route]) => route)).toEqual([]);
  const unknown = [...operations].flatMap(([route, { parameters = [] }]) =>
    parameters.filter(({ schema }) => isUnknown(schema)).map(({ name }) => `${route} ${name}`),
  );
  expect(unknown).toEqual([]);
});

it('tells the status of success, and the forms in which it may be had', () => {
  expect(operations.get('POST /v1/access_group')?.responses).toHaveProperty('201');
  expect(operations.get('DELETE /v1/access_group/{access_group_id}')?.responses).toHaveProperty('204');
  expect(operations.get('DELETE /v1/access_group/{access_group_id}')?.responses).not.toHaveProperty('200');
  expect(operations.get('GET /spend/keys')?.responses['200']).toMatchObject({
    content: { 'application/json': { schema: { type: 'array' } }, 'text/csv': { schema: { type: 'string' } } },
  });
});

it('is for callers with a key', async () => {
  expect((await get('/openapi.json', { authorization: 'Bearer sk-nobody-has-this-key-0000' })).status).toBe(401);
  expect((await get('/openapi.json', { authorization: `Bearer ${masterKey}` })).status).toBe(200);
});

it('is shown on a page that runs no script of others and holds nothing of the document', async () => {
  const page = await get('/docs', {});
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  expect(page.text).not.toContain('/key/');
  expect(page.text).not.toMatch(/<script>|\son\w+=/);
  for (const asset of ['start.js', 'swagger-ui-bundle.js', 'swagger-ui.css']) {
    expect((await get(`/docs/${asset}`, {})).status).toBe(200);
  }
});

it.each(['package.json', '..%2fpackage.json', '%2e%2e%2f%2e%2e%2fpackage.json', 'constructor', 'index.html'])(
  'the page brings nothing else from the disk: %s',
  async (asset) => {
    expect((await get(`/docs/${asset}`, {})).status).toBe(404);
  },
);
