/** The session of the page that an invitation's link opens: signed, so that every process knows it and none keeps it. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../../config/ports.js';
import { SettingsService } from '../../../config/settings.service.js';
import type { Clock } from '../../../core/spec/clock.js';

const sessionMs = 15 * 60_000;

@Injectable()
export class OnboardingSessions {
  readonly #key: Buffer;

  constructor(
    settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#key = Buffer.from(hkdfSync('sha256', settings.general.masterKey, '', 'tollgate/onboarding', 32));
  }

  /** `<end in epoch milliseconds>.<hmac>`: good for one invitation, for 15 minutes. */
  open(tokenHash: string): string {
    const endsAtMs = this.clock.now() + sessionMs;
    return `${endsAtMs}.${this.#signature(tokenHash, endsAtMs)}`;
  }

  isOpen(tokenHash: string, session: string): boolean {
    const [end = '', given = ''] = session.split('.', 2);
    const endsAtMs = /^\d{1,15}$/.test(end) ? Number(end) : 0;
    const expected = Buffer.from(this.#signature(tokenHash, endsAtMs));
    const presented = Buffer.from(given);
    const isSigned = presented.length === expected.length && timingSafeEqual(presented, expected);
    return isSigned && endsAtMs > this.clock.now();
  }

  #signature(tokenHash: string, endsAtMs: number): string {
    return createHmac('sha256', this.#key).update(`${tokenHash}.${endsAtMs}`).digest('base64url');
  }
}
