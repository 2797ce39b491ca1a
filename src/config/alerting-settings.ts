/** Where alerts go: from the file, and from the environment's variables for Slack, the webhook and SMTP. */
import { errorAt, warningAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { originOf, type LocatedMap } from './located.js';
import { toMs } from './schema/fields.js';
import type { WireGeneralSettings } from './schema/settings.schema.js';

export interface AlertingSettings {
  readonly slackUrls: readonly string[];
  readonly webhookUrls: readonly string[];
  readonly mail: MailSettings | undefined;
  readonly quietMs: number;
}

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sender: string;
  readonly implicitTls: boolean;
  readonly requiresTls: boolean;
  readonly recipients: readonly string[];
}

type Wire = Pick<
  WireGeneralSettings,
  'alerting' | 'alert_types' | 'alert_to_webhook_url' | 'slack_webhook_url' | 'alert_emails' | 'alerting_args'
>;

const budgetAlerts = 'budget_alerts';
const submissionPort = 587;
const implicitTlsPort = 465;

export function toAlerting(wire: Wire, environment: Environment): AlertingSettings {
  const isOn = wire.alert_types === undefined || wire.alert_types.includes(budgetAlerts);
  const channels = new Set(isOn ? wire.alerting : []);
  const webhook = nonEmpty(environment['WEBHOOK_URL']);
  return {
    slackUrls: channels.has('slack') ? slackUrls(wire, environment) : [],
    webhookUrls: channels.has('webhook') && webhook !== undefined ? [webhook] : [],
    mail: channels.has('email') ? mailSettings(wire, environment) : undefined,
    quietMs: toMs(wire.alerting_args.budget_alert_ttl),
  };
}

/** A channel that is asked for has to have somewhere to go. */
export function checkAlerting(root: LocatedMap, wire: Wire, environment: Environment, problems: ConfigProblem[]): void {
  const at = originOf(root, ['general_settings', 'alerting']);
  const fault = (message: string): unknown => problems.push(errorAt(at, message));
  const channels = new Set<string>(wire.alerting);
  const webhook = nonEmpty(environment['WEBHOOK_URL']);
  if (channels.has('slack') && slackUrls(wire, environment).length === 0) {
    fault('`slack` needs an address: write `slack_webhook_url`, or set SLACK_WEBHOOK_URL.');
  }
  if (channels.has('webhook') && webhook === undefined) fault('`webhook` needs an address: set WEBHOOK_URL.');
  const urls = [...slackUrls(wire, environment), ...(webhook === undefined ? [] : [webhook])];
  if (urls.some((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? '')))
    fault('an address for alerts is no http or https URL. Correct it.');
  if (channels.has('email') && nonEmpty(environment['SMTP_HOST']) === undefined)
    fault('`email` needs a server: set SMTP_HOST.');
  if (channels.has('email') && nonEmpty(environment['SMTP_SENDER_EMAIL']) === undefined)
    fault('`email` needs a sender: set SMTP_SENDER_EMAIL.');
  const port = nonEmpty(environment['SMTP_PORT']);
  if (channels.has('email') && port !== undefined && portOf(port) === undefined)
    fault('SMTP_PORT is no port. Correct it.');
  const others = (wire.alert_types ?? []).filter((type) => type !== budgetAlerts);
  if (others.length > 0)
    problems.push(warningAt(at, `these types of alerts are not sent by this version: ${others.join(', ')}.`));
}

function slackUrls(wire: Wire, environment: Environment): string[] {
  const own = wire.alert_to_webhook_url[budgetAlerts];
  if (own !== undefined) return [own].flat();
  const url = wire.slack_webhook_url ?? nonEmpty(environment['SLACK_WEBHOOK_URL']);
  return url === undefined ? [] : [url];
}

function mailSettings(wire: Wire, environment: Environment): MailSettings | undefined {
  const host = nonEmpty(environment['SMTP_HOST']);
  const sender = nonEmpty(environment['SMTP_SENDER_EMAIL']);
  if (host === undefined || sender === undefined) return undefined;
  const port = portOf(environment['SMTP_PORT'] ?? '') ?? submissionPort;
  return {
    host,
    port,
    username: nonEmpty(environment['SMTP_USERNAME']),
    password: nonEmpty(environment['SMTP_PASSWORD']),
    sender,
    implicitTls: port === implicitTlsPort || isTrue(environment['SMTP_USE_SSL']),
    requiresTls: !/^(false|no|0|off)$/i.test(environment['SMTP_TLS'] ?? ''),
    recipients: wire.alert_emails,
  };
}

function portOf(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port > 0 && port < 65_536 ? port : undefined;
}

function isTrue(text: string | undefined): boolean {
  return /^(true|yes|1|on)$/i.test(text ?? '');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
