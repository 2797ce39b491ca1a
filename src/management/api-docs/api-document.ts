/** Makes the OpenAPI document of everything that is served: from the routes, their audiences, and the schemas that check them. */
import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { AUDIENCE_METADATA, type AudienceName } from '../../auth/audience.decorator.js';
import { version } from '../../config/version.js';
import { ANSWER_SCHEMA, BODY_SCHEMA, QUERY_SCHEMA } from '../../http/json-body.js';
import { answersOf, errorSchema, errorSchemaName } from './documented-answers.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { in: string }>;
type JsonSchema = Record<string, unknown>;
type Handler = (...args: never[]) => unknown;

const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;
const securityName = 'key';

export function createApiDocument(app: INestApplication): OpenAPIObject {
  const handlers = handlersOf(app.get(ModulesContainer));
  const config = new DocumentBuilder()
    .setTitle('Tollgate')
    .setDescription(
      'Models of any provider, and the management of who may call them. Errors have the shape of OpenAI’s, but on routes of other dialects.',
    )
    .setVersion(version)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'A virtual key, the master key, or a JWT.' },
      securityName,
    )
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      // Where a handler serves several paths, their place stands behind its name.
      const handler = handlers.get(operation?.operationId?.replace(/\[\d+\]$/, '') ?? '');
      if (!operation || !handler) continue;
      describe(operation, handler, method, path);
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, [errorSchemaName]: errorSchema },
  };
  return document;
}

/** By `Controller.method`, as operations are named. */
function handlersOf(modules: ModulesContainer): Map<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, unknown>;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler = prototype[name];
        if (typeof handler === 'function') handlers.set(`${metatype.name}.${name}`, handler as Handler);
      }
    }
  }
  return handlers;
}

function describe(operation: Operation, handler: Handler, method: string, path: string): void {
  const audience = Reflect.getMetadata(AUDIENCE_METADATA, handler) as AudienceName | undefined;
  const body = Reflect.getMetadata(BODY_SCHEMA, handler) as z.ZodType | undefined;
  const query = Reflect.getMetadata(QUERY_SCHEMA, handler) as z.ZodType | undefined;
  const answer = Reflect.getMetadata(ANSWER_SCHEMA, handler) as z.ZodType | undefined;
  // One handler may serve several paths, and ids have to be unique.
  operation.operationId = `${method}${path.replace(/[^a-zA-Z0-9]+/g, '_')}`;
  operation.tags = [tagOf(path)];
  Object.assign(operation, { 'x-audience': audience ?? 'nobody' });
  operation.security = audience === 'public' ? [] : [{ [securityName]: [] }];
  if (body)
    operation.requestBody = { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } };
  else if (audience === 'llm_api' && method === 'post') operation.requestBody = { required: true, content: anyContent };
  operation.parameters = [...pathParameters(path), ...(query ? queryParameters(query) : [])];
  operation.responses = answersOf({
    audience: audience ?? 'public',
    answer: answer && schemaOf(answer, 'output'),
    hasBody: body !== undefined,
    isFound: query !== undefined || path.includes('{'),
    hasErrorsOfItsOwn: otherDialects.test(path),
    takesRepetitions: method === 'post' && audience !== 'llm_api' && audience !== 'public',
  });
}

/** Where clients of Anthropic and Google read errors in their own form. */
const otherDialects = /\/(messages|models\/\{path\})(\/|$)/;

/** A body in the dialect of the route: see that dialect's own reference. */
const anyContent = {
  'application/json': { schema: { type: 'object' as const } },
  'multipart/form-data': { schema: { type: 'object' as const } },
};

/** The first part of the path, without a version. */
function tagOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && !/^v\d/.test(part));
  return parts[0]?.replace(/[{}]/g, '') ?? 'general';
}

/** From the path itself: a handler that serves several paths does not have the same parts in each. */
function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(schema: z.ZodType): Parameter[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'output') as {
    properties?: Record<string, JsonSchema>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, default: byDefault, ...rest }]) => ({
    name,
    in: 'query',
    // What has a default need not be given.
    required: required.includes(name) && byDefault === undefined,
    schema: { ...rest, ...(byDefault !== undefined && { default: byDefault }) },
    ...(typeof description === 'string' && { description }),
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
