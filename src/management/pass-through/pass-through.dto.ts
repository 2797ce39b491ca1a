/** The wire shapes of the routes of pass-through endpoints, as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { passThroughFields } from '../../config/schema/pass-through.schema.js';
import { closedBody } from '../wire/closed-body.js';

const id = z.string().min(1).max(256);

/** What a body may say: an endpoint of the database is never open to everybody, so that `auth` can only be true. */
const bodyFields = {
  ...passThroughFields,
  id: id.nullish().describe('Its own; one is made up without it.'),
  auth: z
    .literal(true, {
      error: 'expected true: only the configuration file opens an endpoint to everybody',
    })
    .nullish()
    .describe('Only true: the configuration file alone opens an endpoint to everybody.'),
};

export const endpointBodySchema = closedBody('a pass-through endpoint', bodyFields);
export type EndpointBody = z.output<typeof endpointBodySchema>;

export const endpointQuerySchema = z.object({
  endpoint_id: id.optional().describe('The one that is meant; all without it.'),
});
export type EndpointQuery = z.output<typeof endpointQuerySchema>;

export const deletedQuerySchema = z.object({ endpoint_id: id });

export const shownEndpointSchema = z.object({
  id: z.string(),
  path: z.string(),
  target: z.string(),
  headers: z.record(z.string(), z.string()).describe('Values that may be secrets are masked.'),
  default_query_params: z.record(z.string(), z.string()),
  include_subpath: z.boolean(),
  forward_headers: z.boolean(),
  cost_per_request: z.number(),
  timeout: z.number().nullable(),
  methods: z.array(z.string()).nullable(),
  guardrails: z.array(z.string()),
  auth: z.boolean(),
  is_from_config: z.boolean().describe('It stands in the configuration file, and is changed there.'),
});
export type ShownEndpoint = z.output<typeof shownEndpointSchema>;

export const shownEndpointsSchema = z.object({ endpoints: z.array(shownEndpointSchema) });
export type ShownEndpoints = z.output<typeof shownEndpointsSchema>;
