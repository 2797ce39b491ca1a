/** Readiness follows the database and the shutdown; being alive follows neither the one nor the network. */
import type { FastifyReply } from 'fastify';
import type { DatabaseService } from '../database/database.service.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

function make(status: string) {
  const database = { status };
  const readiness = new ReadinessService(database as unknown as DatabaseService);
  return { database, readiness, controller: new HealthController(readiness) };
}

function answered(handle: (reply: FastifyReply) => void): { status: number; body: unknown } {
  const answer: { status: number; body: unknown } = { status: 200, body: undefined };
  const reply = {
    status: (status: number) => ((answer.status = status), reply),
    type: () => reply,
    send: (body: unknown) => ((answer.body = body), reply),
  };
  handle(reply as unknown as FastifyReply);
  return answer;
}

it.each([
  ['ready', 200, { status: 'healthy', db: 'connected' }],
  ['connecting', 503, { status: 'unhealthy', db: 'Not connected' }],
  ['away', 503, { status: 'unhealthy', db: 'Not connected' }],
])('with the database %s: readiness %d', (status, expected, body) => {
  const { controller } = make(status);
  expect(answered((reply) => controller.ready(reply))).toEqual({ status: expected, body });
});

it('recovers by itself when the database does', () => {
  const { database, readiness } = make('away');
  expect(readiness.report().ready).toBe(false);
  database.status = 'ready';
  expect(readiness.report().ready).toBe(true);
});

it('is gone from the moment that shutdown begins', () => {
  const { controller, readiness } = make('ready');
  readiness.beforeApplicationShutdown();
  expect(answered((reply) => controller.ready(reply))).toEqual({
    status: 503,
    body: { status: 'shutting_down', db: 'connected' },
  });
});

it('is alive without a database: a restart would not bring it back', () => {
  const { controller } = make('away');
  expect(answered((reply) => controller.alive(reply))).toEqual({ status: 200, body: '"I\'m alive!"' });
});
