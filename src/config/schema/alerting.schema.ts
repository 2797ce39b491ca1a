/** The members of `general_settings` that say where alerts of budgets go. */
import { z } from 'zod';
import { choice, described, positive, text } from './fields.js';

export const alertChannels = ['slack', 'email', 'webhook'] as const;

const oneOrMore = z.union([text(), z.array(text())], { error: 'expected an address or a list of them' });

const alertingArgs = z.looseObject({
  budget_alert_ttl: described(positive().default(86_400), {
    description: 'Seconds for which the same alert of a budget is not sent again.',
    example: 86400,
  }),
});

export const alertSettings = {
  alerting: described(z.array(choice(alertChannels)).default([]), {
    description: 'How is told of budgets that are crossed: `slack`, `email` (over SMTP), `webhook`; docs/alerts.md.',
    example: ['slack', 'email'],
  }),
  alert_types: described(z.array(text()).optional(), {
    description: 'What is told of; without it all that is served, which is `budget_alerts`.',
    example: ['budget_alerts'],
  }),
  alert_to_webhook_url: described(z.record(z.string(), oneOrMore).default({}), {
    description: 'Other Slack webhooks for a type of alert than the one of `slack_webhook_url`.',
    example: { budget_alerts: 'https://hooks.slack.com/services/T0/B0/x' },
  }),
  slack_webhook_url: described(text().optional(), {
    description: "Slack's incoming webhook. Without it the environment's `SLACK_WEBHOOK_URL`.",
    example: 'os.environ/SLACK_WEBHOOK_URL',
  }),
  alert_emails: described(z.array(text()).default([]), {
    description: 'Who gets every alert by mail, beside the addresses that keys and teams name themselves.',
    example: ['platform@example.com'],
  }),
  alerting_args: described(alertingArgs.prefault({}), { description: 'How often is told.' }),
} as const;
