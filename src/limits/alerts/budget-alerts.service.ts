/** Tells of budgets that are crossed, by Slack, webhook and mail: once a day for each, off the way of requests. */
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { OutboundHttp } from '../../clients/outbound-http.service.js';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import { BudgetEvents, type BudgetCrossed } from '../budgets/budget-events.js';
import { ALERT_SETTINGS, type AlertSettings, type CurrentAlertSettings } from './alert-settings.js';
import { describeAlert, webhookEvent, type BudgetAlert } from './budget-alert.js';
import { sendMail } from './mail.lazy.js';
import { AlertRepository } from './alert.repository.js';

/** More wait for a channel that is slow than anybody would read: the rest is told of in the log. */
const mostWaiting = 1_000;
const timeoutMs = 10_000;
const attempts = 3;
const firstPauseMs = 1_000;

@Injectable()
export class BudgetAlerts implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Alerts');
  /** By id: what waits, with one in hand at a time. */
  private readonly waiting = new Map<string, BudgetAlert>();
  private sending: Promise<void> | undefined;
  private stopped = false;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly alerts: AlertRepository,
    private readonly http: OutboundHttp,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ALERT_SETTINGS) private readonly settings: CurrentAlertSettings,
    private readonly events: BudgetEvents,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.events.subscribe((crossed) => this.tell(alertOf(crossed)));
  }

  /** Returns at once, and never throws. */
  tell(alert: BudgetAlert): void {
    const { slackUrls, webhookUrls, mail } = this.settings();
    if (this.stopped || (slackUrls.length === 0 && webhookUrls.length === 0 && mail === undefined)) return;
    const id = `${alert.event} ${alert.accountId}`;
    if (this.waiting.size >= mostWaiting && !this.waiting.has(id)) {
      this.logger.warn(`Too many alerts wait to be sent; one is dropped: ${describeAlert(alert)}`);
      return;
    }
    this.waiting.set(id, alert);
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
  }

  /** What is in hand is sent; the rest is left. */
  async onApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    this.stopped = true;
    await this.sending;
  }

  private async sendAll(): Promise<void> {
    for (const [id, alert] of this.waiting) {
      if (this.stopped) return;
      this.waiting.delete(id);
      try {
        await this.sendOnce(id, alert);
      } catch (error) {
        this.logger.error(`An alert was not sent (${reasonOf(error)}): ${describeAlert(alert)}`);
      }
    }
  }

  private async sendOnce(id: string, alert: BudgetAlert): Promise<void> {
    const settings = this.settings();
    const now = new Date(this.clock.now());
    const quietUntil = new Date(now.getTime() + settings.quietMs);
    if (!(await this.alerts.claim(id, now, quietUntil))) return;
    const known = { ...alert, ...(await this.alerts.ownerOf(alert.owner)) };
    const failures = (await Promise.allSettled(this.channels(settings, known))).filter(
      (result) => result.status === 'rejected',
    );
    for (const { reason } of failures)
      this.logger.error(`An alert was not sent (${reasonOf(reason)}): ${describeAlert(alert)}`);
    // Where one channel has told of it, nobody is told twice.
    if (failures.length > 0 && failures.length === this.channelCount(settings, known))
      await this.alerts.giveBack(id, quietUntil);
    await this.alerts.prune(new Date(now.getTime() - settings.quietMs));
  }

  private channels(settings: AlertSettings, alert: BudgetAlert): Promise<void>[] {
    const text = describeAlert(alert);
    const { slackUrls, webhookUrls, mail } = settings;
    const to = recipientsOf(settings, alert);
    return [
      ...slackUrls.map((url) => this.post(url, { text: escapeSlack(text) })),
      ...webhookUrls.map((url) => this.post(url, webhookEvent(alert))),
      ...(mail && to.length > 0
        ? [this.repeatedly(() => sendMail(mail, { to, subject: text.slice(0, 200), text }))]
        : []),
    ];
  }

  private channelCount(settings: AlertSettings, alert: BudgetAlert): number {
    const { slackUrls, webhookUrls, mail } = settings;
    return slackUrls.length + webhookUrls.length + (mail && recipientsOf(settings, alert).length > 0 ? 1 : 0);
  }

  private post(url: string, body: object): Promise<void> {
    return this.repeatedly(async () => {
      const answer = await this.http.send({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        egress: 'operator',
        timeoutMs,
      });
      if (answer.status >= 300) throw new Error(`the receiver answered ${answer.status}`);
    });
  }

  private async repeatedly(send: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send();
        return;
      } catch (error) {
        if (attempt === attempts || this.stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, firstPauseMs * attempt).unref());
      }
    }
  }
}

function alertOf({ kind, owner, accountId, spentNanos, limitNanos }: BudgetCrossed): BudgetAlert {
  const isSoft = kind === 'soft_budget';
  return {
    event: isSoft ? 'soft_budget_crossed' : 'budget_crossed',
    owner,
    accountId,
    spentNanos,
    maxNanos: isSoft ? null : limitNanos,
    softNanos: isSoft ? limitNanos : null,
  };
}

function recipientsOf({ mail }: AlertSettings, { emails = [] }: BudgetAlert): string[] {
  return mail === undefined ? [] : [...new Set([...mail.recipients, ...emails])];
}

/** Names come from clients: they are text, and no links or mentions. */
function escapeSlack(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
