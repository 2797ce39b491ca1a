/** Writes records as syslog messages: RFC 5424 with structured data, framed by octet counting (RFC 6587, RFC 5425). */
import type { ExportRecord } from '../export-batch.js';

/** Facility 13 (log audit), severity 5 (notice). */
const priority = 13 * 8 + 5;
const byteOrderMark = '\uFEFF';

export interface SyslogIdentity {
  readonly hostname: string;
  /** The private enterprise number under which the structured data's names stand. */
  readonly enterpriseNumber: number;
}

export function syslogFrame(record: ExportRecord, identity: SyslogIdentity): string {
  const message = syslogMessage(record, identity);
  return `${Buffer.byteLength(message)} ${message}`;
}

export function syslogMessage(record: ExportRecord, { hostname, enterpriseNumber }: SyslogIdentity): string {
  const isEntry = record.type === 'audit_entry';
  const time = isEntry ? record.at : record.time;
  const shown = isEntry
    ? {
        sequence: record.sequence,
        actor: record.actor,
        role: record.actor_role,
        address: record.address,
        action: record.action,
        kind: record.object_kind,
        object: record.object_id,
        hash: record.hash,
      }
    : { sequence: record.sequence, hash: record.hash, keyId: record.key_id, signature: record.signature };
  const parameters = Object.entries(shown).map(([name, value]) => ` ${name}="${escaped(String(value))}"`);
  const messageId = isEntry ? 'audit' : 'checkpoint';
  const header = `<${priority}>1 ${time} ${printable(hostname, 255)} tollgate - ${messageId}`;
  return `${header} [tollgate@${enterpriseNumber}${parameters.join('')}] ${byteOrderMark}${JSON.stringify(record)}`;
}

/** Section 6.3.3: these three are escaped, and nothing else is. */
function escaped(value: string): string {
  return value.replace(/[\\"\]]/g, '\\$&');
}

/** A header field: visible ASCII, or `-` where nothing is left. */
function printable(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}
