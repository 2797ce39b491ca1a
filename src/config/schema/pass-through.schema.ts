/** The schema of a pass-through endpoint of the operator's own: a path of the gateway's, and what stands behind it. */
import { z } from 'zod';
import { described, flag, positive, price, text, textList } from './fields.js';

/** Segments of unreserved characters, none of which is a dot segment; nothing that two servers could spell differently. */
const pathPattern = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/;
/** https://www.rfc-editor.org/rfc/rfc9110#section-5.1 */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e]*$/;
const methodName = /^[A-Z]+$/;

/** What a proxy decides by itself, about each of its two connections. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
]);

const target = text().refine((address) => {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && !url.hash;
}, 'expected an address such as `https://api.example.com/v1`, without a user name or password');

const headers = z
  .record(z.string().regex(headerName, 'expected the name of a header'), text())
  .superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      if (ownHeaders.has(name.toLowerCase()))
        context.addIssue({ code: 'custom', path: [name], message: 'is set by the gateway itself. Remove it' });
      else if (!headerValue.test(value))
        context.addIssue({ code: 'custom', path: [name], message: 'expected printable ASCII characters' });
    }
  });

const method = text()
  .transform((name) => name.toUpperCase())
  .refine((name) => methodName.test(name), 'expected a method such as `POST`');

const guardrailNames = z.union([textList(), z.record(z.string(), z.unknown()).transform(Object.keys)], {
  error: 'expected a list of names of guardrails',
});

/** `auth` is missing here: who may write an entry decides whether it may be open. */
export const passThroughFields = {
  path: described(
    text().refine(
      (path) => path.length <= 256 && pathPattern.test(path),
      'expected a path such as `/my-api`: letters, digits, `.`, `_`, `~` and `-` between slashes, and no slash at its end',
    ),
    { description: 'Where clients find it.', example: '/my-api' },
  ),
  target: described(target, { description: 'What it leads to.', example: 'https://api.example.com/v1' }),
  headers: described(headers.default({}), {
    description: 'Sent to the target, such as its key; they go before what a client sends.',
    example: { Authorization: 'Bearer os.environ/EXAMPLE_API_KEY' },
  }),
  default_query_params: described(z.record(z.string(), text()).default({}), {
    description: 'Parameters of the query that a client has not set.',
    example: { version: '2' },
  }),
  include_subpath: described(flag().default(false), {
    description: 'Whatever lies below the path leads to what lies below the target.',
    example: true,
  }),
  forward_headers: described(flag().default(false), {
    description:
      "Send the client's own headers too, but for keys, cookies and what belongs to the connection. Without it those go that describe the body and the answer that is wanted, and those that begin with `x-pass-`.",
    example: true,
  }),
  cost_per_request: described(price().default('0'), {
    description: 'What each answer costs, in USD.',
    example: 0.05,
  }),
  timeout: described(positive().optional(), { description: 'Seconds for the whole of a request.', example: 60 }),
  methods: described(z.array(method).optional(), {
    description: 'The methods that it takes; all without it.',
    example: ['GET', 'POST'],
  }),
  guardrails: described(guardrailNames.optional(), {
    description: 'Guardrails that look at its requests and answers.',
    example: ['pii'],
  }),
} as const;

export const passThroughEndpointSchema = z.strictObject({
  ...passThroughFields,
  auth: described(flag().default(true), {
    description:
      'Whether a key is needed. `false` opens the endpoint to everybody, at the cost of whoever owns the key in `headers`.',
    example: true,
  }),
});

export type WirePassThroughEndpoint = z.output<typeof passThroughEndpointSchema>;

/** The list as it stands in the file: no two entries of one path. */
export const passThroughEndpoints = z.array(passThroughEndpointSchema).superRefine((entries, context) => {
  const seen = new Set<string>();
  for (const [index, { path }] of entries.entries()) {
    if (seen.has(path))
      context.addIssue({ code: 'custom', path: [index, 'path'], message: `another endpoint has the path \`${path}\`` });
    seen.add(path);
  }
});
