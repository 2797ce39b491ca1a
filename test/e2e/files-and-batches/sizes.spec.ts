/** Large files pass through without being held in memory, in both directions, and nobody pays for a client that leaves. */
import { createServer, get, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import { GatewayClient } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';

const megabyte = 1024 * 1024;
const fileMegabytes = 480;
/** What a process may grow by, whatever it carries: buffers on the way, and garbage that is not collected yet. It stays the same for larger files. */
const mostGrowthMegabytes = 300;

const line = `${JSON.stringify({ custom_id: 'x', body: { model: 'mini', input: 'y'.repeat(100_000) } })}\n`;

/** Counts what it is sent, and sends a file without an end. */
const upstream = {
  received: 0,
  sent: 0,
  closed: 0,
  firstBytes: '',
};

const provider: Server = createServer((incoming, response) => {
  if (incoming.url?.endsWith('/content')) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const chunk = Buffer.alloc(megabyte);
    const write = (): void => {
      while (!response.destroyed) {
        upstream.sent += chunk.length;
        if (!response.write(chunk)) break;
      }
    };
    response.on('drain', write).on('close', () => (upstream.closed += 1));
    write();
    return;
  }
  incoming.on('data', (chunk: Buffer) => {
    if (upstream.received < 1_000) upstream.firstBytes += chunk.toString('latin1').slice(0, 1_000);
    upstream.received += chunk.length;
  });
  incoming.on('end', () => {
    const file = { id: 'file-big', object: 'file', bytes: upstream.received, purpose: 'batch' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(file));
  });
});

const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let url: URL;
let key: string;
let fileId: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
  folder.writeConfig({
    model_list: [{ model_name: 'mini', litellm_params: { model: 'openai/gpt-4o-mini', api_base: base, api_key: 'k' } }],
    general_settings: { master_key: masterKey, max_request_size_mb: 1 },
  });
  gateway = await GatewayProcess.start(folder);
  url = new URL(await gateway.listening());
  key = await new GatewayClient(url.origin, masterKey).generateKey();
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
  folder.remove();
}, 30_000);

/** Of the process that serves, in megabytes: now, or the most that it has ever had. */
function memoryOf(which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

/** Sends a form piece by piece, so that this process holds no more of it than the gateway should. */
function uploadLarge(): Promise<{ status: number | undefined; id: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method: 'POST',
        path: '/v1/files',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=B' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string };
          resolve({ status: response.statusCode, id });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.write('--B\r\ncontent-disposition: form-data; name="file"; filename="big.jsonl"\r\n\r\n');
    let left = Math.ceil((fileMegabytes * megabyte) / line.length);
    const write = (): void => {
      while (left > 0) {
        left -= 1;
        if (!outgoing.write(line)) {
          outgoing.once('drain', write);
          return;
        }
      }
      outgoing.end('\r\n--B\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--B--\r\n');
    };
    write();
  });
}

test('an upload is not held in memory, though what it is for stands behind it', async () => {
  const before = memoryOf('VmRSS');
  const { status, id } = await uploadLarge();
  fileId = id;
  expect([status, upstream.received > fileMegabytes * megabyte]).toEqual([200, true]);
  expect(upstream.firstBytes).toContain('"model":"gpt-4o-mini"');
  expect(memoryOf('VmHWM') - before).toBeLessThan(mostGrowthMegabytes);
}, 120_000);

test('a download waits for a client that does not read, and ends with a client that leaves', async () => {
  const before = memoryOf('VmRSS');
  const asked = get({
    host: url.hostname,
    port: url.port,
    path: `/v1/files/${fileId}/content`,
    headers: { authorization: `Bearer ${key}` },
  });
  asked.on('error', () => undefined);
  const response = await new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
  response.on('error', () => undefined);
  let seen = -1;
  for (let quiet = 0; quiet < 10; quiet = upstream.sent === seen ? quiet + 1 : 0) {
    seen = upstream.sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // What the sockets between them hold, and no more.
  expect(upstream.sent).toBeLessThan(64 * megabyte);
  expect(memoryOf('VmRSS') - before).toBeLessThan(64);
  asked.destroy();
  await eventually('the provider is let go of', () => upstream.closed === 1, 5_000);
}, 60_000);
