/** Every route of the management API declares what it answers: the OpenAPI document says it, and clients are checked against it. */
import 'reflect-metadata';
import path from 'node:path';
import { Get } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { z } from 'zod';
import { Answers, AnswersNothing, DECLARED_ANSWER } from '../../src/http/json-body.js';
import { filesBelow, root } from './source-files.js';

type Class = abstract new (...args: never[]) => object;

const isController = (value: unknown): value is Class =>
  typeof value === 'function' && value.prototype !== undefined && Reflect.hasMetadata(PATH_METADATA, value);

function handlersOf(controller: Class): [name: string, handler: object][] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((member): [string, object][] => {
    const handler = Object.getOwnPropertyDescriptor(prototype, member)?.value as object | undefined;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    return [[`${controller.name}.${member}`, handler]];
  });
}

const undeclared = (controller: Class) =>
  handlersOf(controller)
    .filter(([, handler]) => !Reflect.hasMetadata(DECLARED_ANSWER, handler))
    .map(([name]) => name);

class Fixture {
  @Get('undeclared')
  undeclared(): void {}

  @Get('declared')
  @Answers(z.object({}))
  declared(): void {}

  @Get('nothing')
  @AnswersNothing()
  nothing(): void {}

  notARoute(): void {}
}

describe('every route of the management API declares its answer', () => {
  const files = filesBelow('src/management').filter((file) => file.endsWith('.controller.ts'));

  it('a handler without one is found', () => {
    expect(undeclared(Fixture)).toEqual(['Fixture.undeclared']);
    expect(handlersOf(Fixture)).toHaveLength(3);
  });

  it('there are controllers to look at', () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it.each(files)('%s', async (file) => {
    const exported = (await import(path.join(root, file))) as Record<string, unknown>;
    const controllers = Object.values(exported).filter(isController);
    expect(controllers.flatMap(handlersOf).length).toBeGreaterThan(0);
    expect(controllers.flatMap(undeclared)).toEqual([]);
  });
});
