/** The export of the audit log to servers of every kind: nothing is skipped, nothing comes twice that the sink can tell, whoever is away or killed. */
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, createPublicKey, generateKeyPairSync, hash, randomUUID, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Logger } from '@nestjs/common';
import { Pool } from 'undici';
import { systemClock } from '../../src/core/spec/clock.js';
import { signRequest } from '../../src/core/providers/bedrock/aws-signature.js';
import { Egress } from '../../src/core/transport/egress.js';
import type { DatabaseService } from '../../src/database/database.service.js';
import { AuditLog } from '../../src/management/audit/audit-log.service.js';
import { auditSecretKey } from '../../src/management/audit/audit-secret-key.js';
import { AuditRepository } from '../../src/management/audit/audit.repository.js';
import { commandActor } from '../../src/management/writes/actor.js';
import { describeOnBothDatabases, openDatabase } from '../../test/integration/support/databases.js';
import {
  checkpointText,
  type CheckpointRecord,
  type EntryRecord,
  type ExportRecord,
} from '../audit-export/export-batch.js';
import { ExportCursors } from '../audit-export/export-cursors.repository.js';
import { Exporter, type StepOutcome } from '../audit-export/exporter.js';
import type { AuditSink } from '../audit-export/sink.js';
import { S3Sink } from '../audit-export/sinks/s3-sink.js';
import { SyslogSink } from '../audit-export/sinks/syslog-sink.js';
import { WebhookSink } from '../audit-export/sinks/webhook-sink.js';

jest.setTimeout(60_000);
beforeAll(() => Logger.overrideLogger(false));

const projectRoot = resolve(__dirname, '../..');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const secret = 'a-shared-secret-of-the-test';
const awsKeys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const never = new AbortController().signal;

const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
const isCheckpoint = (record: ExportRecord): record is CheckpointRecord => record.type === 'audit_checkpoint';
const isEntry = (record: ExportRecord): record is EntryRecord => record.type === 'audit_entry';
const sequencesOf = (records: readonly ExportRecord[]): number[] =>
  records.filter(isEntry).map(({ sequence }) => sequence);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Reads octet-counted frames, as a syslog server does, to the JSON that each ends with. */
function framesOf(bytes: Buffer): ExportRecord[] {
  const records: ExportRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(' ', at);
    const end = space + 1 + Number(bytes.subarray(at, space).toString());
    const message = bytes.subarray(space + 1, end).toString();
    records.push(JSON.parse(message.slice(message.indexOf('\uFEFF') + 1)) as ExportRecord);
    at = end;
  }
  return records;
}

describeOnBothDatabases('the export of the audit log', (database) => {
  let service: DatabaseService;
  let log: AuditLog;
  const open: { close(): unknown }[] = [];

  beforeAll(async () => {
    service = await openDatabase(database.url);
    log = new AuditLog(systemClock, auditSecretKey('test'));
    await append(450);
  });
  beforeEach(() => service.run((client) => client.exportCursor.deleteMany()));
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(() => service.onApplicationShutdown());

  async function append(count: number): Promise<void> {
    const records = upTo(count).map((n) => ({
      action: 'tag.new',
      objectKind: 'tag',
      objectId: `t${n}`,
      after: { n, note: 'é"]\\' },
    }));
    await service.transaction((tx) => log.append(tx, commandActor('tester'), records));
  }

  const exporterTo = (sink: AuditSink, holder: string = randomUUID(), clock = systemClock): Exporter =>
    new Exporter({
      sink,
      holder,
      clock,
      source: new AuditRepository(service),
      cursors: new ExportCursors(service),
      signingKey: privateKey,
      checkpoints: { everyEntries: 250n, everyMs: 3_600_000 },
    });
  async function drain(exporter: Exporter): Promise<StepOutcome> {
    for (;;) {
      const outcome = await exporter.step(never);
      if (outcome !== 'sent') return outcome;
    }
  }
  async function listen<S extends Server | HttpServer>(server: S): Promise<S> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    open.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        return new Promise((done) => server.close(done));
      },
    });
    return server;
  }
  const dispatcher = () => {
    const pools = new Map<string, Pool>();
    open.unshift({ close: () => Promise.all([...pools.values()].map((pool) => pool.destroy())) });
    return (origin: string): Pool => {
      const pool = pools.get(origin) ?? new Pool(origin);
      pools.set(origin, pool);
      return pool;
    };
  };

  async function expectWhole(records: readonly ExportRecord[]): Promise<void> {
    const rows = await service.run((client) => client.auditEntry.findMany({ orderBy: { sequence: 'asc' } }));
    expect(sequencesOf(records)).toEqual(rows.map(({ sequence }) => Number(sequence)));
    const checkpoints = records.filter(isCheckpoint);
    expect(checkpoints.length).toBeGreaterThan(0);
    for (const checkpoint of checkpoints) {
      expect(checkpoint.hash).toBe(rows[checkpoint.sequence - 1]?.hash);
      const signature = Buffer.from(checkpoint.signature, 'base64');
      expect(verify(null, Buffer.from(checkpointText(checkpoint)), publicKey, signature)).toBe(true);
    }
  }

  function syslogServer(answer: (socket: Socket, whole: Buffer) => void) {
    return (socket: Socket): void => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', () => undefined);
      socket.on('end', () => answer(socket, Buffer.concat(chunks)));
    };
  }
  const syslogTo = (port: number, tls = false, ca?: string): SyslogSink =>
    new SyslogSink({ host: 'localhost', port, tls, ca, hostname: 'gw', enterpriseNumber: 32473 }, () => new Egress());

  it('to syslog over TCP: every entry once, in order, in counted frames', async () => {
    const records: ExportRecord[] = [];
    const server = await listen(
      createTcpServer(
        { allowHalfOpen: true },
        syslogServer((socket, whole) => {
          records.push(...framesOf(whole));
          socket.end();
        }),
      ),
    );
    expect(await drain(exporterTo(syslogTo(portOf(server))))).toBe('idle');
    await expectWhole(records);
  });

  it('to syslog over TLS: the certificate is checked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        cert,
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
      ],
      { stdio: 'ignore' },
    );
    const records: ExportRecord[] = [];
    const ca = readFileSync(cert, 'utf8');
    const server = await listen(
      createTlsServer(
        { key: readFileSync(key), cert: ca, allowHalfOpen: true },
        syslogServer((socket, whole) => {
          records.push(...framesOf(whole));
          socket.end();
        }),
      ),
    );
    rmSync(folder, { recursive: true });
    await expect(exporterTo(syslogTo(portOf(server), true)).step(never)).rejects.toThrow(/syslog: .*self-signed/);
    expect(records).toEqual([]);
    await service.run((client) => client.exportCursor.deleteMany());
    await drain(exporterTo(syslogTo(portOf(server), true, ca)));
    await expectWhole(records);
  });

  it('a syslog server that resets has not got the batch: the very same comes again', async () => {
    const taken: Buffer[] = [];
    let resets = 2;
    const server = await listen(
      createTcpServer(
        { allowHalfOpen: true },
        syslogServer((socket, whole) => {
          taken.push(whole);
          if (resets-- > 0) socket.resetAndDestroy();
          else socket.end();
        }),
      ),
    );
    const exporter = exporterTo(syslogTo(portOf(server)));
    await expect(exporter.step(never)).rejects.toThrow(/syslog: /);
    await append(5);
    await expect(exporter.step(never)).rejects.toThrow(/syslog: /);
    expect(exporter.state.lastError).toMatch(/syslog: /);
    await drain(exporter);
    expect(taken[1]?.equals(taken[0] ?? Buffer.alloc(0))).toBe(true);
    expect(taken[2]?.equals(taken[0] ?? Buffer.alloc(0))).toBe(true);
    await expectWhole(taken.slice(2).flatMap(framesOf));
    expect(exporter.state.lastError).toBeNull();
  });

  it('a syslog server on a metadata address is refused', async () => {
    const sink = new SyslogSink(
      { host: '169.254.169.254', port: 601, tls: false, ca: undefined, hostname: 'gw', enterpriseNumber: 1 },
      () => new Egress(),
    );
    await expect(exporterTo(sink).step(never)).rejects.toMatchObject({ code: 'upstream_address_refused' });
  });

  /** Takes a batch once, by its name, and answers what `statusOf` says. */
  async function webhook(statusOf: (nth: number) => number = () => 200) {
    const batches = new Map<string, ExportRecord[]>();
    const seen: { readonly name: string; readonly body: string }[] = [];
    const server = await listen(
      createHttpServer((request, response) => {
        void bodyOf(request).then((body) => {
          const name = String(request.headers['tollgate-batch']);
          const [, time, signature] =
            /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(request.headers['tollgate-signature'])) ?? [];
          const isOurs = signature === createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
          seen.push({ name, body });
          const status = isOurs ? statusOf(seen.length) : 401;
          if (status === 200) batches.set(name, (JSON.parse(body) as { records: ExportRecord[] }).records);
          response.writeHead(status).end();
        });
      }),
    );
    const origin = `http://127.0.0.1:${portOf(server)}`;
    const sink = (given = secret): WebhookSink =>
      new WebhookSink({ url: new URL(`${origin}/hook?x=1`), secret: given }, dispatcher(), systemClock);
    return { origin, sink, seen, records: () => [...batches.values()].flat() };
  }

  it('to a webhook: signed, and sent on where it was once the server is back', async () => {
    const hook = await webhook((nth) => (nth === 2 || nth === 3 ? 503 : 200));
    const exporter = exporterTo(hook.sink());
    expect(await exporter.step(never)).toBe('sent');
    await expect(exporter.step(never)).rejects.toThrow('The server answered 503.');
    await append(3);
    await expect(exporter.step(never)).rejects.toThrow('The server answered 503.');
    await drain(exporter);
    expect(hook.seen[2]).toEqual(hook.seen[1]);
    expect(hook.seen[3]).toEqual(hook.seen[1]);
    await expectWhole(hook.records());
    await expect(exporterTo(hook.sink('another-secret-than-the-one')).step(never)).resolves.toBe('held');
  });

  it('one process at a time: the second waits until the first has gone, or its claim has ended', async () => {
    const hook = await webhook();
    const first = exporterTo(hook.sink());
    const second = exporterTo(hook.sink());
    expect(await first.step(never)).toBe('sent');
    expect(await second.step(never)).toBe('held');
    expect(second.state.isExporting).toBe(false);
    const later = { ...systemClock, now: () => Date.now() + 120_000 };
    expect(await exporterTo(hook.sink(), 'third', later).step(never)).toBe('sent');
    expect(await first.step(never)).toBe('held');
    await exporterTo(hook.sink(), 'third').release();
    await drain(second);
    await expectWhole(hook.records());
  });

  it('a log that was cut behind what was exported is told, and nothing is exported', async () => {
    const hook = await webhook();
    const exporter = exporterTo(hook.sink());
    await drain(exporter);
    const head = await service.run((client) => client.auditHead.findUniqueOrThrow({ where: { id: 1 } }));
    await service.run((client) => client.auditHead.update({ where: { id: 1 }, data: { sequence: 3n } }));
    await expect(exporter.step(never)).rejects.toThrow(/ends with entry 3, and entry \d+ was exported/);
    await service.run((client) => client.auditHead.update({ where: { id: 1 }, data: { sequence: head.sequence } }));
    expect(await exporter.step(never)).toBe('idle');
  });

  /** A bucket that checks each signature by signing the same request itself. */
  async function bucket() {
    const objects = new Map<string, string>();
    const puts: string[] = [];
    const server = await listen(
      createHttpServer((request, response) => {
        void bodyOf(request).then(async (body) => {
          const [, year, month, day, hour, minute, second] =
            /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(request.headers['x-amz-date'])) ?? [];
          const nowMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
          const signed = await signRequest(
            {
              method: 'PUT',
              origin,
              path: String(request.url),
              headers: { 'content-type': 'application/x-ndjson' },
              body,
            },
            awsKeys,
            { region: 'eu-central-1', service: 's3', nowMs },
          );
          const isOurs =
            request.method === 'PUT' &&
            signed.headers['authorization'] === request.headers.authorization &&
            request.headers['x-amz-content-sha256'] === signed.headers['x-amz-content-sha256'];
          if (isOurs) objects.set(String(request.url), body);
          puts.push(String(request.url));
          response.writeHead(isOurs ? 200 : 403).end();
        });
      }),
    );
    const origin = `http://127.0.0.1:${portOf(server)}`;
    const records = (): ExportRecord[] =>
      [...objects.keys()].sort().flatMap((key) =>
        (objects.get(key) ?? '')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as ExportRecord),
      );
    const sink = (keys = awsKeys): S3Sink =>
      new S3Sink(
        { origin, basePath: '/logs', prefix: 'audit/', region: 'eu-central-1', keys },
        dispatcher(),
        systemClock,
      );
    return { origin, puts, objects, records, sink };
  }

  it('to a bucket: signed JSON lines under keys that sort by sequence', async () => {
    const store = await bucket();
    await drain(exporterTo(store.sink()));
    await expectWhole(store.records());
    expect([...store.objects.keys()][0]).toMatch(/^\/logs\/audit\/0{19}1-0{17}\d{3}\.jsonl$/);
    await service.run((client) => client.exportCursor.deleteMany());
    await expect(exporterTo(store.sink({ ...awsKeys, secretAccessKey: 'wrong' })).step(never)).rejects.toThrow('403');
  });

  it.each(['webhook', 's3'])(
    'kill -9 at any moment, again and again: %s has every entry once in the end',
    async (kind) => {
      const hook = kind === 'webhook' ? await webhook() : undefined;
      const store = kind === 's3' ? await bucket() : undefined;
      const origin = (hook ?? store)?.origin ?? '';
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const program = join(__dirname, 'export-until-done.mjs');
      const run = async (round: number, killsAfter: number | undefined): Promise<number | null> => {
        const child = spawn(process.execPath, [program, join(projectRoot, 'dist'), database.url, kind, origin, pem], {
          env: { ...process.env, AHEAD_MS: String(round * 120_000) },
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const arrived = (): number => (hook?.seen ?? store?.puts ?? []).length;
        const before = arrived();
        if (killsAfter !== undefined) {
          const watch = setInterval(() => arrived() >= before + killsAfter && child.kill('SIGKILL'), 1);
          await once(child, 'close');
          clearInterval(watch);
        } else await once(child, 'close');
        return child.exitCode;
      };
      await append(1_500);
      for (const [round, kills] of [1, 2, 1, 1].entries()) expect(await run(round, kills)).toBeNull();
      await append(7);
      expect(await run(5, undefined)).toBe(0);
      await expectWhole((hook ?? store)?.records() ?? []);
    },
  );

  it('a checkpoint comes by itself after its time, and signs the last entry', async () => {
    const hook = await webhook();
    const first = exporterTo(hook.sink(), 'h');
    await drain(first);
    await append(2);
    await drain(first);
    const before = hook.records().length;
    const later = { ...systemClock, now: () => Date.now() + 3_700_000 };
    expect(await exporterTo(hook.sink(), 'h', later).step(never)).toBe('sent');
    const added = hook.records().slice(before);
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({ type: 'audit_checkpoint', sequence: Math.max(...sequencesOf(hook.records())) });
    await expectWhole(hook.records());
  });

  it('the key of a checkpoint is named by the public key alone', async () => {
    const hook = await webhook();
    await drain(exporterTo(hook.sink()));
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const id = hash('sha256', spki, 'hex').slice(0, 16);
    expect(
      hook
        .records()
        .filter(isCheckpoint)
        .map(({ key_id }) => key_id),
    ).toContain(id);
  });
});
