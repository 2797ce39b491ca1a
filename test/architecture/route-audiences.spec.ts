/** Every route declares who may call it: a handler without @Audience, on itself or its controller, fails here before it is refused at run time. */
import 'reflect-metadata';
import path from 'node:path';
import { Controller, Get, Post, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { Audience, AUDIENCE_METADATA } from '../../src/auth/audience.decorator.js';
import { filesBelow, readSource, root } from './source-files.js';

type Class = abstract new (...args: never[]) => object;

interface Route {
  readonly name: string;
  readonly audience: unknown;
}

function routesOf(controller: Class): Route[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((member) => {
    const handler = Object.getOwnPropertyDescriptor(prototype, member)?.value as object | undefined;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    const audience = (Reflect.getMetadata(AUDIENCE_METADATA, handler) ??
      Reflect.getMetadata(AUDIENCE_METADATA, controller)) as unknown;
    return paths.map((route) => ({ name: `${controller.name}.${member}: ${method} ${route}`, audience }));
  });
}

const undeclared = (routes: readonly Route[]) =>
  routes
    .filter(({ audience }) => audience === undefined || audience === null || audience === '')
    .map(({ name }) => name);

const isController = (value: unknown): value is Class =>
  typeof value === 'function' && value.prototype !== undefined && Reflect.hasMetadata(PATH_METADATA, value);

async function controllersIn(file: string): Promise<Class[]> {
  const exports = (await import(path.join(root, file))) as Record<string, unknown>;
  return Object.values(exports).filter(isController);
}

@Controller('/fixture')
class Undeclared {
  @Get('open')
  open(): void {}

  @Post(['one', 'two'])
  @Audience('public')
  declared(): void {}

  notARoute(): void {}
}

@Controller('/fixture')
@Audience('public')
class DeclaredAsAWhole {
  @Get('all')
  all(): void {}
}

describe('every route declares its audience', () => {
  const files = filesBelow('src', 'enterprise').filter((file) => file.endsWith('.controller.ts'));

  it('a handler without one is found', () => {
    expect(undeclared(routesOf(Undeclared))).toEqual(['Undeclared.open: GET open']);
    expect(routesOf(Undeclared)).toHaveLength(3);
  });

  it('one on the controller counts for its handlers', () => {
    expect(undeclared(routesOf(DeclaredAsAWhole))).toEqual([]);
    expect(routesOf(DeclaredAsAWhole)).toHaveLength(1);
  });

  it('there are controllers to look at', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('%s', async (file) => {
    const controllers = await controllersIn(file);
    const routes = controllers.flatMap(routesOf);
    expect(controllers.length).toBeGreaterThan(0);
    expect(routes.length).toBeGreaterThan(0);
    expect(undeclared(routes)).toEqual([]);
  });

  it('controllers stand in *.controller.ts files, where this test finds them', () => {
    const decorated = /^@(Management)?Controller\(/m;
    const elsewhere = filesBelow('src', 'enterprise')
      .filter((file) => file.endsWith('.ts') && !/\.(controller|spec)\.ts$/.test(file))
      .filter((file) => decorated.test(readSource(file)));
    expect(elsewhere).toEqual([]);
  });

  it('those of the management API take repetitions: each is a @ManagementController', () => {
    const others = files.filter(
      (file) => file.startsWith('src/management/') && /^@Controller\(/m.test(readSource(file)),
    );
    expect(others).toEqual([]);
  });
});
