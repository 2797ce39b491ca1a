/** Gives a handler its JSON body: read after the guard, bounded, checked by a schema, with errors that name the field. */
import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { readJsonBody } from '../core/dialects/json-body.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { readBody } from './read-body.js';

/** Management bodies are small; what is larger is a mistake or an attack. */
const maxManagementBytes = 1024 * 1024;

@Injectable()
class JsonBodyPipe<T> implements PipeTransform<FastifyRequest, Promise<T>> {
  constructor(private readonly schema: z.ZodType<T>) {}

  async transform(request: FastifyRequest): Promise<T> {
    const bytes = await readBody(request.raw, maxManagementBytes);
    const { value } = readJsonBody(bytes.length === 0 ? Buffer.from('{}') : bytes);
    return checkedBy(this.schema, value);
  }
}

const theRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** The parameter decorator: `@JsonBody(schema) body: Body`. */
export function JsonBody<T>(schema: z.ZodType<T>): ParameterDecorator {
  return theRequest(new JsonBodyPipe(schema));
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
