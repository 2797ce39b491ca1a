// Begins and settles requests as fast as it can, through the built spend room with its writer thread, and tells on file descriptor 3 what has returned.
import 'reflect-metadata';
import { writeSync } from 'node:fs';

const [dist, journalDir, databaseUrl] = process.argv.slice(2);
const { SpendService } = await import(`${dist}/spend/spend.service.js`);
const { spendSettings } = await import(`${dist}/spend/spend-settings.js`);
const { createWriter } = await import(`${dist}/spend/writer-factory.js`);

const settings = spendSettings({
  journalDir,
  databaseUrl,
  segmentBytes: 64 * 1024,
  flushIntervalMs: 20,
  batchRows: 100,
});
const spend = new SpendService(settings, createWriter);
await spend.onModuleInit();

const usage = { promptTokens: 3, completionTokens: 4 };
const attempt = { deploymentId: 'd', provider: 'p', model: 'm', apiBase: 'b', status: 'success' };
const open = [];
let begun = 0;

async function beginOne() {
  const requestId = spend.newRequestId();
  const intent = {
    requestId,
    startedAtMs: Date.now(),
    callType: 'acompletion',
    apiKeyHash: 'k',
    modelGroup: 'g',
    reservationNanos: 1_000_000n,
  };
  open.push(await spend.begin(intent));
  writeSync(3, `begun ${requestId}\n`);
}

async function endOne() {
  const [ticket] = open.splice(Math.floor(Math.random() * open.length), 1);
  const spendNanos = BigInt(begun);
  await ticket.settle({
    status: 'success',
    endedAtMs: Date.now(),
    stream: false,
    attempts: [{ ...attempt, costNanos: spendNanos }],
    spendNanos,
    usage,
  });
  writeSync(3, `settled ${ticket.requestId} ${spendNanos}\n`);
}

async function work() {
  for (let i = 0; i < 20; i += 1) {
    await beginOne();
    begun += 1;
    if (begun % 7 === 0) open[0].checkpoint({ usage, costNanos: 5n });
    if (open.length > 10) await endOne();
  }
  setTimeout(work, 5);
}
await work();
