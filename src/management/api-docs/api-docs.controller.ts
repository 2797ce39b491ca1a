/** The OpenAPI document, and a page on which it is read and tried out. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Get, Header, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { Answers, AnswersWith } from '../../http/json-body.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';
import { DescribedApplication } from './described-application.js';
import { docsPage, docsScript } from './docs-page.js';

/** Files of Swagger UI that the page needs, and no others. */
const assets: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

/** The page runs its own scripts alone, and talks to this gateway alone. Swagger UI sets styles by itself, and has images in them. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const documentAnswer = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.looseObject({})),
});

@ManagementController()
export class ApiDocsController {
  private readonly folder = swaggerUiFolder();

  constructor(private readonly application: DescribedApplication) {}

  @Get('openapi.json')
  @Audience('own_info')
  @Answers(documentAnswer)
  @Header('content-type', 'application/json; charset=utf-8')
  document(): Promise<string> {
    return this.application.json();
  }

  /** Says nothing of what is served: the document is read with the key that is typed into the page. */
  @Get('docs')
  @Audience('public')
  @AnswersWith('text/html')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', contentSecurityPolicy)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  page(): string {
    return docsPage;
  }

  @Get('docs/:asset')
  @Audience('public')
  @AnswersWith('text/javascript', ...assets.values())
  async asset(@Param('asset') asset: string, @Res() reply: FastifyReply): Promise<void> {
    const type = asset === 'start.js' ? 'text/javascript; charset=utf-8' : assets.get(asset);
    if (type === undefined) throw new GatewayError('not_found', { facts: { method: 'GET', route: '/docs/:asset' } });
    const content = asset === 'start.js' ? docsScript : await readFile(path.join(this.folder, asset));
    await reply.header('content-type', type).header('x-content-type-options', 'nosniff').send(content);
  }
}
