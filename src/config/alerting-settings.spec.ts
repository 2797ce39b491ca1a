import { checkAlerting, toAlerting } from './alerting-settings.js';
import type { ConfigProblem } from './config-problem.js';
import type { LocatedMap } from './located.js';
import { generalSettingsSchema } from './schema/settings.schema.js';

const root: LocatedMap = {
  kind: 'map',
  origin: { file: 'config.yaml', path: '', line: 1 },
  entries: new Map(),
};
const wireOf = (wire: object): ReturnType<typeof generalSettingsSchema.parse> => generalSettingsSchema.parse(wire);

function problemsOf(wire: object, environment: Readonly<Record<string, string>> = {}): string {
  const problems: ConfigProblem[] = [];
  checkAlerting(root, wireOf(wire), environment, problems);
  return problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n');
}

const smtp = { SMTP_HOST: 'mail.example.com', SMTP_SENDER_EMAIL: 'gateway@example.com' };

it('says nothing, and tells nobody, where no channel is asked for', () => {
  expect(problemsOf({})).toBe('');
  expect(toAlerting(wireOf({}), { SLACK_WEBHOOK_URL: 'https://a', WEBHOOK_URL: 'https://b', ...smtp })).toMatchObject({
    slackUrls: [],
    webhookUrls: [],
    mail: undefined,
  });
});

it('takes addresses from the file, then from the environment', () => {
  const all = { alerting: ['slack', 'webhook', 'email'], alert_emails: ['ops@example.com'] };
  const environment = { SLACK_WEBHOOK_URL: 'https://slack', WEBHOOK_URL: 'https://hook', ...smtp };
  expect(problemsOf(all, environment)).toBe('');
  expect(toAlerting(wireOf(all), environment)).toEqual({
    slackUrls: ['https://slack'],
    webhookUrls: ['https://hook'],
    quietMs: 86_400_000,
    mail: {
      host: 'mail.example.com',
      port: 587,
      username: undefined,
      password: undefined,
      sender: 'gateway@example.com',
      implicitTls: false,
      requiresTls: true,
      recipients: ['ops@example.com'],
    },
  });
  expect(toAlerting(wireOf({ ...all, slack_webhook_url: 'https://own' }), environment).slackUrls).toEqual([
    'https://own',
  ]);
  expect(
    toAlerting(wireOf({ ...all, alert_to_webhook_url: { budget_alerts: ['https://1', 'https://2'] } }), environment)
      .slackUrls,
  ).toEqual(['https://1', 'https://2']);
  expect(toAlerting(wireOf(all), { ...environment, SMTP_PORT: '465', SMTP_TLS: 'False' }).mail).toMatchObject({
    port: 465,
    implicitTls: true,
    requiresTls: false,
  });
});

it('tells of nothing else than what is asked for', () => {
  const wire = { alerting: ['webhook'], alert_types: ['llm_exceptions'] };
  expect(toAlerting(wireOf(wire), { WEBHOOK_URL: 'https://hook' }).webhookUrls).toEqual([]);
  expect(problemsOf(wire, { WEBHOOK_URL: 'https://hook' })).toContain(
    'warning: these types of alerts are not sent by this version: llm_exceptions',
  );
});

it.each([
  [{ alerting: ['slack'] }, {}, 'SLACK_WEBHOOK_URL'],
  [{ alerting: ['webhook'] }, {}, 'WEBHOOK_URL'],
  [{ alerting: ['webhook'] }, { WEBHOOK_URL: 'ftp://x' }, 'no http or https URL'],
  [{ alerting: ['email'] }, {}, 'SMTP_HOST'],
  [{ alerting: ['email'] }, { SMTP_HOST: 'mail' }, 'SMTP_SENDER_EMAIL'],
  [{ alerting: ['email'] }, { ...smtp, SMTP_PORT: '0' }, 'SMTP_PORT'],
])('an address that is missing or wrong stops the start: %#', (wire, environment, expected) => {
  expect(problemsOf(wire, environment)).toContain(expected);
});
