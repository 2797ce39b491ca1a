/** What the OpenAPI document says of the answers of a route: its own, and the errors that its kind of route can end in. */
import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { AudienceName } from '../../auth/audience.decorator.js';

type Responses = NonNullable<OpenAPIObject['paths'][string]['get']>['responses'];

export const errorSchemaName = 'Error';

export const errorSchema = {
  type: 'object' as const,
  required: ['error'],
  properties: {
    error: {
      type: 'object' as const,
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string' as const, description: 'What happened and what to do.' },
        type: { type: 'string' as const },
        param: { type: ['string', 'null'] as never, description: 'The field at fault.' },
        code: { type: 'string' as const, description: 'The status, as text.' },
      },
    },
  },
};

const errorContent = { 'application/json': { schema: { $ref: `#/components/schemas/${errorSchemaName}` } } };

const otherErrorContent = { 'application/json': { schema: { type: 'object' } } };

/** Of any request: its line and headers are bounded together, so that a long query is too large for them. */
const ofRequests = [400, 431] as const;
/** Of routes that a key opens: none, a wrong one, or a database that cannot say. */
const ofAuthentication = [401, 403, 503] as const;
/** Of routes with a body. */
const ofBodies = [404, 409, 413, 415, 422] as const;
/** Of routes behind which a model is called. */
const ofModels = [400, 404, 408, 409, 413, 415, 422, 429, 499, 500, 502, 504] as const;

export interface RouteAnswers {
  readonly audience: AudienceName;
  /** Of success. */
  readonly status: number;
  /** JSON schema of the answer; undefined where the answer is another dialect's, no JSON, or empty. */
  readonly answer: Record<string, unknown> | undefined;
  /** Types that the answer may have, beside JSON. */
  readonly contentTypes: readonly string[];
  /** Statuses that routes of this kind do not end in otherwise. */
  readonly errors: readonly number[];
  readonly hasBody: boolean;
  /** What it is asked for, by a query or a part of the path, may not be there. */
  readonly isFound: boolean;
  /** In the form of another dialect than OpenAI's. */
  readonly hasErrorsOfItsOwn: boolean;
  /** By `Idempotency-Key`. */
  readonly takesRepetitions: boolean;
}

export function answersOf({
  audience,
  status: success,
  answer,
  contentTypes,
  errors: further,
  hasBody,
  isFound,
  hasErrorsOfItsOwn,
  takesRepetitions,
}: RouteAnswers): Responses {
  const statuses = new Set<number>([
    ...ofRequests,
    ...(audience === 'public' ? [503] : ofAuthentication),
    ...(hasBody ? ofBodies : []),
    ...(isFound ? [404] : []),
    ...(audience === 'llm_api' ? ofModels : []),
    ...(takesRepetitions ? [409, 422] : []),
    ...further,
  ]);
  const errors = [...statuses]
    .sort((left, right) => left - right)
    .map((status) => [
      String(status),
      { description: STATUS_CODES[status] ?? 'Error', content: hasErrorsOfItsOwn ? otherErrorContent : errorContent },
    ]);
  const content = {
    ...(answer && { 'application/json': { schema: answer } }),
    ...Object.fromEntries(contentTypes.map((type) => [type, { schema: { type: 'string' } }])),
  };
  const description = STATUS_CODES[success] ?? 'OK';
  return {
    [success]: Object.keys(content).length > 0 ? { description, content } : { description },
    ...Object.fromEntries(errors),
  } as Responses;
}
