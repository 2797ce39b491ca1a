/** Makes the OpenAPI document of everything that is served: from the routes, their audiences, and the schemas that check them. */
import type { INestApplication } from '@nestjs/common';
import { HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { AUDIENCE_METADATA, type AudienceName } from '../../auth/audience.decorator.js';
import { version } from '../../config/version.js';
import { BODY_SCHEMA, DECLARED_ANSWER, QUERY_SCHEMA, type DeclaredAnswer } from '../../http/json-body.js';
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
  const answer = Reflect.getMetadata(DECLARED_ANSWER, handler) as DeclaredAnswer | undefined;
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
    status: answer ? statusOf(handler, method) : 200,
    answer: answer?.schema && schemaOf(answer.schema, 'output'),
    contentTypes: answer?.contentTypes ?? [],
    errors: answer?.errors ?? [],
    hasBody: body !== undefined,
    isFound: query !== undefined || path.includes('{'),
    hasErrorsOfItsOwn: otherDialects.test(path),
    takesRepetitions: method === 'post' && audience !== 'llm_api' && audience !== 'public',
  });
}

/** As Nest has it. */
function statusOf(handler: Handler, method: string): number {
  const declared = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  return declared ?? (method === 'post' ? 201 : 200);
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

/** As they are sent: texts, whatever they are read as. */
function queryParameters(schema: z.ZodType): Parameter[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: rest,
    ...(typeof description === 'string' && { description }),
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.pattern !== undefined) jsonSchema.pattern = portable(jsonSchema.pattern);
    },
  });
  return rest;
}

/** Control characters by number: the patterns of few languages know properties of Unicode. */
function portable(pattern: string): string {
  return pattern.replaceAll('\\p{Cc}', '\\u0000-\\u001f\\u007f-\\u009f');
}
