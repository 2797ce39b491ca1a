/** What probes ask: is the process alive, and should it be sent requests. */
import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audience } from '../auth/audience.decorator.js';
import { ReadinessService } from './readiness.service.js';

@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** Alive says nothing about the database: a restart would not bring it back. */
  @Get(['liveliness', 'liveness'])
  @Audience('public')
  alive(@Res() reply: FastifyReply): void {
    if (this.readiness.isDraining) reply.status(503).send({ status: 'shutting_down' });
    else reply.type('application/json').send(JSON.stringify("I'm alive!"));
  }

  @Get('readiness')
  @Audience('public')
  @HttpCode(200)
  ready(@Res() reply: FastifyReply): void {
    const { ready, ...answer } = this.readiness.report();
    reply.status(ready ? 200 : 503).send(answer);
  }
}
