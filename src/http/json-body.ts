/** Gives a handler its JSON body: read after the guard, bounded, checked by a schema, with errors that name the field. */
import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { readJsonBody } from '../core/dialects/json-body.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { readBody } from './read-body.js';

/** Where the schemas of a handler's body and query, and what it answers, stand for the OpenAPI document. */
export const BODY_SCHEMA = Symbol('BODY_SCHEMA');
export const QUERY_SCHEMA = Symbol('QUERY_SCHEMA');
export const DECLARED_ANSWER = Symbol('DECLARED_ANSWER');

/** What a handler answers; the status of success is Nest's own (`@HttpCode`). */
export interface DeclaredAnswer {
  /** Of its JSON; without it the answer is of other types, or empty. */
  readonly schema?: z.ZodType;
  /** Types beside JSON. */
  readonly contentTypes?: readonly string[];
  /** Statuses of failures that routes of its kind do not have. */
  readonly errors?: readonly number[];
}

/** Management bodies are small; what is larger is a mistake or an attack. */
const maxManagementBytes = 1024 * 1024;

const bodies = new WeakMap<FastifyRequest, Promise<Buffer>>();

/**
 * The body of a management request, read once however many ask for it.
 *
 * @throws GatewayError `body_too_large` or `client_closed`
 */
export function managementBody(request: FastifyRequest): Promise<Buffer> {
  let body = bodies.get(request);
  if (!body) {
    body = readBody(request.raw, maxManagementBytes);
    bodies.set(request, body);
  }
  return body;
}

@Injectable()
class JsonBodyPipe<T> implements PipeTransform<FastifyRequest, Promise<T>> {
  constructor(private readonly schema: z.ZodType<T>) {}

  async transform(request: FastifyRequest): Promise<T> {
    const bytes = await managementBody(request);
    const { value } = readJsonBody(bytes.length === 0 ? Buffer.from('{}') : bytes);
    return checkedBy(this.schema, storable(value));
  }
}

const theRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** The parameter decorator: `@JsonBody(schema) body: Body`. The schema is the document's too. */
export function JsonBody<T>(schema: z.ZodType<T>): ParameterDecorator {
  return described(BODY_SCHEMA, schema, theRequest(new JsonBodyPipe(schema)));
}

@Injectable()
class QueryPipe<T> implements PipeTransform<FastifyRequest, T> {
  constructor(private readonly schema: z.ZodType<T>) {}

  transform(request: FastifyRequest): T {
    return checkedBy(this.schema, storable(request.query));
  }
}

/** The parameter decorator `@CheckedQuery(schema) query: Query`: the query string as an object, checked by a schema. */
export function CheckedQuery<T>(schema: z.ZodType<T>): ParameterDecorator {
  return described(QUERY_SCHEMA, schema, theRequest(new QueryPipe(schema)));
}

/** The method decorator `@Answers(schema)`: what the OpenAPI document says of a route's JSON, which may be had as CSV as well. */
export function Answers(
  schema: z.ZodType,
  { csv = false, errors = [] }: { csv?: boolean; errors?: readonly number[] } = {},
): MethodDecorator {
  return declares({ schema, contentTypes: csv ? ['text/csv'] : [], errors });
}

/** `@AnswersWith('text/html')`: an answer that is no JSON. */
export function AnswersWith(...contentTypes: readonly string[]): MethodDecorator {
  return declares({ contentTypes });
}

/** `@AnswersNothing()`: success has no body. */
export function AnswersNothing(): MethodDecorator {
  return declares({});
}

function declares(answer: DeclaredAnswer): MethodDecorator {
  return SetMetadata(DECLARED_ANSWER, answer);
}

function described(key: symbol, schema: z.ZodType, decorate: ParameterDecorator): ParameterDecorator {
  return (target, property, index) => {
    if (property !== undefined) Reflect.defineMetadata(key, schema, Reflect.get(target, property) as object);
    decorate(target, property, index);
  };
}

/** @throws GatewayError `invalid_request` that names the first field at fault and what it should be */
export function checkedBy<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = issue?.path.join('.') ?? '';
  const reason =
    param === '' ? (issue?.message ?? 'The input is invalid.') : `\`${param}\`: ${issue?.message ?? 'invalid'}`;
  throw new GatewayError('invalid_request', { ...(param !== '' && { param }), facts: { reason } });
}

/** @throws GatewayError `invalid_request` for what no database could keep, or be asked for */
function storable(value: unknown): unknown {
  if (isStorable(value)) return value;
  const fields = typeof value === 'object' ? Object.entries(value ?? {}) : [];
  const param = fields.find(([, inner]) => !isStorable(inner))?.[0];
  const reason =
    'The input holds a NUL character, or half of a surrogate pair: text that no database keeps. Remove it.';
  throw new GatewayError('invalid_request', { ...(param !== undefined && { param }), facts: { reason } });
}

/** PostgreSQL takes neither NUL characters nor lone surrogates, in texts as in JSON. Depth is bounded where the body is read. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([member, inner]) => isStorable(member) && isStorable(inner));
}
