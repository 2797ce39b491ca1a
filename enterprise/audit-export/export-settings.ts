/** Reads the settings of the export from the environment: which sinks there are, and how checkpoints are signed. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Environment } from '#src/config/environment-references.js';
import type { CheckpointRule } from './export-position.js';
import type { S3Target } from './sinks/s3-sink.js';
import type { SyslogTarget } from './sinks/syslog-sink.js';
import type { WebhookTarget } from './sinks/webhook-sink.js';

export interface ExportSettings {
  readonly syslog: Omit<SyslogTarget, 'hostname'> | undefined;
  readonly webhook: WebhookTarget | undefined;
  readonly s3: S3Target | undefined;
  readonly signingKey: KeyObject;
  readonly checkpoints: CheckpointRule;
}

/** Settings that cannot be used; the message names the variable and what to do. */
export class ExportSettingsError extends Error {
  override readonly name = 'ExportSettingsError';
}

const prefix = 'TOLLGATE_AUDIT_EXPORT';
/** For examples and documentation (RFC 5612): an organization with a number of its own sets that. */
const exampleEnterpriseNumber = 32473;
const leastSecretLength = 16;

/** @throws ExportSettingsError */
export function readExportSettings(environment: Environment): ExportSettings {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const settings = {
    syslog: readSyslog(read),
    webhook: readWebhook(read),
    s3: readS3(read),
    signingKey: readSigningKey(read),
    checkpoints: {
      everyEntries: BigInt(readCount(read, `${prefix}_CHECKPOINT_ENTRIES`, 1_000, 10_000_000)),
      everyMs: readCount(read, `${prefix}_CHECKPOINT_MINUTES`, 10, 100_000) * 60_000,
    },
  };
  if (!settings.syslog && !settings.webhook && !settings.s3) {
    throw new ExportSettingsError(
      `there is nowhere to export to. Set ${prefix}_SYSLOG, ${prefix}_WEBHOOK or ${prefix}_S3`,
    );
  }
  return settings;
}

type Read = (name: string) => string | undefined;

function readSyslog(read: Read): ExportSettings['syslog'] {
  const text = read(`${prefix}_SYSLOG`);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const isTls = url?.protocol === 'tls:';
  if (!url || url.hostname === '' || (!isTls && url.protocol !== 'tcp:')) {
    throw new ExportSettingsError(`${prefix}_SYSLOG is no address. Write tcp://host:601 or tls://host:6514`);
  }
  const caFile = read(`${prefix}_SYSLOG_CA_FILE`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isTls ? 6514 : 601)),
    tls: isTls,
    ca: caFile === undefined ? undefined : readText(`${prefix}_SYSLOG_CA_FILE`, caFile),
    enterpriseNumber: readCount(read, `${prefix}_SYSLOG_ENTERPRISE_NUMBER`, exampleEnterpriseNumber, 4_294_967_295),
  };
}

function readWebhook(read: Read): WebhookTarget | undefined {
  const text = read(`${prefix}_WEBHOOK`);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ExportSettingsError(`${prefix}_WEBHOOK is no address. Write https://siem.example.com/path`);
  }
  const secret = read(`${prefix}_WEBHOOK_SECRET`);
  if (secret === undefined || secret.length < leastSecretLength) {
    throw new ExportSettingsError(
      `${prefix}_WEBHOOK_SECRET is not set, or shorter than ${leastSecretLength} characters. Make one with \`openssl rand -hex 32\``,
    );
  }
  return { url, secret };
}

function readS3(read: Read): S3Target | undefined {
  const text = read(`${prefix}_S3`);
  if (text === undefined) return undefined;
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(text) ?? [];
  if (bucket === undefined) {
    throw new ExportSettingsError(`${prefix}_S3 is no place in a bucket. Write s3://bucket/folder`);
  }
  const region = read(`${prefix}_S3_REGION`) ?? read('AWS_REGION') ?? 'us-east-1';
  const [accessKeyId, secretAccessKey] = [read('AWS_ACCESS_KEY_ID'), read('AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ExportSettingsError(
      'there are no credentials for the bucket. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  return {
    ...readEndpoint(read, bucket, region),
    prefix: path === '' || path.endsWith('/') ? path : `${path}/`,
    region,
    keys: { accessKeyId, secretAccessKey, sessionToken: read('AWS_SESSION_TOKEN') },
  };
}

/** A compatible store has its buckets in the path. */
function readEndpoint(read: Read, bucket: string, region: string): Pick<S3Target, 'origin' | 'basePath'> {
  const endpoint = read(`${prefix}_S3_ENDPOINT`);
  if (endpoint === undefined) return { origin: `https://${bucket}.s3.${region}.amazonaws.com`, basePath: '' };
  const url = URL.parse(endpoint);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ExportSettingsError(`${prefix}_S3_ENDPOINT is no address. Write https://store.example.com:9000`);
  }
  return { origin: url.origin, basePath: `${url.pathname.replace(/\/+$/, '')}/${bucket}` };
}

function readSigningKey(read: Read): KeyObject {
  const name = `${prefix}_SIGNING_KEY_FILE`;
  const file = read(name);
  const advice = 'Make one with `openssl genpkey -algorithm ed25519 -out signing-key.pem`';
  if (file === undefined) throw new ExportSettingsError(`${name} is not set: checkpoints need a key. ${advice}`);
  const text = readText(name, file);
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, without what the file holds.
  }
  throw new ExportSettingsError(`the file of ${name} holds no Ed25519 private key in PEM form. ${advice}`);
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new ExportSettingsError(`the file of ${name} cannot be read (${String(code)}). Correct its path`, {
      cause: error,
    });
  }
}

function readCount(read: Read, name: string, initial: number, most: number): number {
  const text = read(name);
  if (text === undefined) return initial;
  const count = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (count >= 1 && count <= most) return count;
  throw new ExportSettingsError(`${name} must be a whole number from 1 to ${most}`);
}
