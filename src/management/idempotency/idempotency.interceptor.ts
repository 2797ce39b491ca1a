/** Lets a client repeat a POST safely: under the same `Idempotency-Key` it takes effect once, and is answered as the first time. */
import { hash } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { principalOf } from '../../auth/principal-of.js';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { managementBody } from '../../http/json-body.js';
import { IdempotentRequestRepository, type KnownRequest } from './idempotent-request.repository.js';
import { openAnswer, sealAnswer } from './sealed-answer.js';

export const IDEMPOTENCY_SECRET = Symbol('IDEMPOTENCY_SECRET');

/** How long an answer is kept. */
const keptMs = 86_400_000;
/** A request that has not been answered for so long is taken for dead, and made again. */
const longestRunMs = 60_000;
const pruneBatch = 500;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

interface Asked {
  readonly id: string;
  readonly key: string;
  readonly bodyHash: string;
}

@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Idempotency');

  constructor(
    private readonly requests: IdempotentRequestRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDEMPOTENCY_SECRET) private readonly secret: Buffer,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    // A public route has no caller whose repetition could be told from another one's.
    if (request.method !== 'POST' || key === undefined || !request.principal) return next.handle();
    return from(this.once(request, http.getResponse<FastifyReply>(), String(key), next));
  }

  /** @throws GatewayError `idempotency_key_reused`, `idempotency_in_progress`, `idempotency_answer_lost`; what the handler throws */
  private async once(request: FastifyRequest, reply: FastifyReply, key: string, next: CallHandler): Promise<unknown> {
    if (!keyPattern.test(key)) {
      const reason = '`Idempotency-Key` must be 1 to 255 visible ASCII characters.';
      throw new GatewayError('invalid_request', { param: 'Idempotency-Key', facts: { reason } });
    }
    const asked = await askedOf(request, key);
    const createdAt = new Date(this.clock.now());
    const first = await this.claim(asked, createdAt);
    if (first !== true) {
      const answer = this.opened(first.sealed, asked);
      reply.status(first.status).header('idempotent-replayed', 'true');
      return answer;
    }
    return this.run(asked, createdAt, reply, next);
  }

  private opened(sealed: string, { id, key }: Asked): unknown {
    let text: string;
    try {
      text = openAnswer(sealed, this.secret, key, id);
    } catch (error) {
      throw new GatewayError('idempotency_answer_lost', { param: 'Idempotency-Key', cause: error });
    }
    return JSON.parse(text);
  }

  private async run({ id, key }: Asked, createdAt: Date, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle());
    } catch (error) {
      // A row that stays keeps repetitions waiting for as long as a dead request's.
      await this.requests.forget(id, createdAt).catch(() => undefined);
      throw error;
    }
    const sealed = sealAnswer(JSON.stringify(answer ?? null), this.secret, key, id);
    // It has taken effect: the client is to hear of it, whatever becomes of the repetition.
    await this.requests.answer(id, createdAt, reply.statusCode, sealed).catch((error: unknown) => {
      this.logger.warn(
        `An answer was not kept for its repetition: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    return answer;
  }

  /** True where the request is to be made now; else how it was answered. */
  private async claim({ id, bodyHash }: Asked, now: Date): Promise<true | NonNullable<KnownRequest['answer']>> {
    const expiresAt = new Date(now.getTime() + keptMs);
    if (await this.requests.claim(id, bodyHash, now, expiresAt)) {
      await this.requests.prune(now, pruneBatch);
      return true;
    }
    const known = await this.requests.find(id);
    // It failed between the two looks: the next repetition will be the first.
    if (!known) throw inProgress();
    const isOver = known.expiresAt <= now;
    if (!isOver && known.bodyHash !== bodyHash)
      throw new GatewayError('idempotency_key_reused', { param: 'Idempotency-Key' });
    if (!isOver && known.answer) return known.answer;
    const isDead = known.createdAt.getTime() + longestRunMs <= now.getTime();
    if ((isOver || isDead) && (await this.requests.takeOver(id, known, bodyHash, now, expiresAt))) return true;
    throw inProgress();
  }
}

function inProgress(): GatewayError {
  return new GatewayError('idempotency_in_progress', { retryAfterMs: 1_000 });
}

/** The caller is part of what tells requests apart: nobody is answered with what somebody else was. */
async function askedOf(request: FastifyRequest, key: string): Promise<Asked> {
  const { keyHash, userId = '', role } = principalOf(request);
  const id = hash('sha256', JSON.stringify([keyHash, userId, role, request.routeOptions.url, key]), 'hex');
  const body = await managementBody(request);
  // Parts of the path and the query say what is asked as much as the body does.
  const bodyHash = hash('sha256', Buffer.concat([Buffer.from(`${request.url}\n`), body]), 'hex');
  return { id, key, bodyHash };
}
