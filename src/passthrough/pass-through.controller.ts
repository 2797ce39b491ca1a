/** The one route of everything that no route was written for: what stands behind its path, if anything does, decides who may call it. */
import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../auth/audience.decorator.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { takesAnything } from '../http/body-parsing.js';
import { PassThroughEntries } from './entries/pass-through-entries.service.js';
import { PassThroughService } from './pass-through.service.js';

/** It would send back whatever the gateway has added, keys included. */
const refusedMethods: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT']);

@ApiExcludeController()
@Controller()
export class PassThroughController {
  constructor(
    private readonly entries: PassThroughEntries,
    private readonly service: PassThroughService,
  ) {}

  @All('*')
  @RouteConfig(takesAnything)
  @Audience('entry')
  async pass(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const found = this.entries.find(request);
    if (!found || refusedMethods.has(request.method)) {
      const route =
        (request.raw.url ?? '')
          .split('?', 1)[0]
          ?.replace(/[^\x21-\x7e]/g, '?')
          .slice(0, 200) ?? '';
      throw new GatewayError('not_found', { facts: { method: request.method, route } });
    }
    await this.service.pass(request, reply, found);
  }
}
