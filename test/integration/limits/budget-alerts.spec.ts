/** Alerts of budgets reach their receivers once a day, whichever process notices, and come later where a receiver was away. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { ClientCacheService } from '../../../src/clients/client-cache.service.js';
import { EgressProfiles } from '../../../src/clients/egress-profiles.service.js';
import { OutboundHttp } from '../../../src/clients/outbound-http.service.js';
import { UpstreamConnections } from '../../../src/clients/upstream-connections.service.js';
import type { AlertingSettings } from '../../../src/config/alerting-settings.js';
import type { SettingsService } from '../../../src/config/settings.service.js';
import { systemClock } from '../../../src/core/spec/clock.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { FakeClock } from '../../../src/core/testing/fake-clock.js';
import { BudgetEvents } from '../../../src/limits/budgets/budget-events.js';
import { BudgetAlerts } from '../../../src/limits/alerts/budget-alerts.service.js';
import type { BudgetAlert } from '../../../src/limits/alerts/budget-alert.js';
import { AlertRepository } from '../../../src/limits/alerts/alert.repository.js';
import { eventually } from '../../e2e/support/eventually.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';
import { SmtpServer } from './smtp-server.js';

const alert: BudgetAlert = {
  event: 'budget_crossed',
  owner: 'team:research',
  accountId: 'team:research',
  spentNanos: 10_000_000_000n,
  maxNanos: 9_000_000_000n,
  softNanos: null,
};

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('alerts of budgets', (database) => {
  let clock: FakeClock;
  let receiver: Server;
  let received: Record<string, unknown>[];
  let status: number;
  let mail: SmtpServer;
  let clients: ClientCacheService;
  let settings: AlertingSettings;
  const services: BudgetAlerts[] = [];
  let opened: DatabaseService;

  beforeAll(async () => (opened = await openDatabase(database.url)));
  afterAll(() => opened.onApplicationShutdown());

  beforeEach(async () => {
    clock = new FakeClock();
    received = [];
    status = 200;
    receiver = createServer((request, response) => {
      let text = '';
      request
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => {
          received.push({ path: request.url, ...(JSON.parse(text) as object) });
          response.writeHead(status).end();
        });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    mail = await SmtpServer.start();
    clients = new ClientCacheService({});
    const base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    settings = {
      slackUrls: [`${base}/slack`],
      webhookUrls: [`${base}/hook`],
      quietMs: 86_400_000,
      mail: {
        ...{
          host: '127.0.0.1',
          port: mail.port,
          username: undefined,
          password: undefined,
          sender: 'gateway@example.com',
        },
        ...{ implicitTls: false, requiresTls: false, recipients: ['ops@example.com'] },
      },
    };
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.onApplicationShutdown()));
    await clients.onApplicationShutdown();
    await mail.stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  function process(): BudgetAlerts {
    const general = { egress: { allowedHosts: [], allowedCidrs: [] } };
    const profiles = new EgressProfiles({ general, onChange: () => () => undefined } as unknown as SettingsService);
    const http = new OutboundHttp(new UpstreamConnections(clients, profiles, systemClock));
    const service = new BudgetAlerts(new AlertRepository(opened), http, clock, () => settings, new BudgetEvents());
    services.push(service);
    return service;
  }

  it('are told by Slack, webhook and mail, by the name of the team and to those whom it names', async () => {
    const by = { createdBy: 'test', updatedBy: 'test' };
    const metadata = { soft_budget_alerting_emails: ['lead@example.com', 'no address'] };
    await opened.run((client) =>
      client.team.create({ data: { id: 'research', alias: '<!channel> research', models: [], metadata, ...by } }),
    );
    process().tell({ ...alert, accountId: 'told' });
    await eventually('all have heard', () => received.length === 2 && mail.mails.length === 1);
    expect(received.find(({ path }) => path === '/slack')).toEqual({
      path: '/slack',
      text: 'Team &lt;!channel&gt; research (research): Budget crossed, spent $10.00 of $9.00.',
    });
    expect(received.find(({ path }) => path === '/hook')).toMatchObject({
      event: 'budget_crossed',
      team_id: 'research',
      spend: 10,
    });
    expect(mail.mails[0]).toMatch(/^To: ops@example.com, lead@example.com$/m);
    expect(mail.mails[0]).toContain('Budget crossed');
  });

  it('are told once a day, by one of several processes', async () => {
    const many = [process(), process(), process()];
    const hooks = (): number => received.filter(({ path }) => path === '/hook').length;
    for (const service of many) for (let time = 0; time < 5; time += 1) service.tell({ ...alert, accountId: 'once' });
    await eventually('somebody tells', () => hooks() === 1);
    clock.advance(86_399_999);
    for (const service of many) service.tell({ ...alert, accountId: 'once' });
    // Another alert of the same process: what was told before it is through by then.
    for (const [place, service] of many.entries()) service.tell({ ...alert, accountId: `after-${place}` });
    await eventually('the others are told', () => hooks() === 4);
    clock.advance(1);
    for (const service of many) service.tell({ ...alert, accountId: 'once' });
    await eventually('it is told again', () => hooks() === 5);
  });

  it('are told later where nobody could be reached', async () => {
    settings = { ...settings, slackUrls: [], mail: undefined };
    status = 500;
    const service = process();
    service.tell({ ...alert, accountId: 'away' });
    await eventually('it was tried three times', () => received.length === 3, 10_000);
    status = 200;
    await eventually('it is told', () => {
      service.tell({ ...alert, accountId: 'away' });
      return received.length > 3;
    });
  });

  it('are not told twice where one of several receivers was away', async () => {
    settings = { ...settings, mail: undefined, slackUrls: ['http://127.0.0.1:1/slack'] };
    const service = process();
    service.tell({ ...alert, accountId: 'half' });
    await eventually('the webhook has heard', () => received.length === 1);
    await service.onApplicationShutdown();
    const other = process();
    other.tell({ ...alert, accountId: 'half' });
    other.tell({ ...alert, accountId: 'another' });
    await eventually('the next is told', () => received.length === 2);
    expect(await opened.run((client) => client.sentAlert.count({ where: { id: 'budget_crossed half' } }))).toBe(1);
  });
});
