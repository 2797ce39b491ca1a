/** Starts the whole application in this process, on SQLite in a folder of its own, from a configuration file as an operator would write it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppOptions } from '../../../src/app.module.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { createApp } from '../../../src/create-app.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import type { SpendLog } from '../../../src/database/generated/sqlite/client.js';
import { SpendService } from '../../../src/spend/spend.service.js';
import { eventually } from './eventually.js';
import { send, type Answer, type SendOptions } from './http-client.js';

export const masterKey = 'sk-master-e2e-6f1c8a02d94b47e5b3710c9e';

export interface ModelConfig {
  readonly model_name: string;
  readonly litellm_params: Readonly<Record<string, unknown>>;
  readonly model_info?: Readonly<Record<string, unknown>>;
}

export interface GatewayOptions {
  readonly models: readonly ModelConfig[];
  readonly general?: Readonly<Record<string, unknown>>;
  readonly router?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly litellm?: Readonly<Record<string, unknown>>;
  /** Further sections of the file. */
  readonly sections?: Readonly<Record<string, unknown>>;
  readonly guardrailTypes?: AppOptions['guardrailTypes'];
}

export interface Route {
  readonly method: string;
  readonly url: string;
}

export class TestGateway {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly port: number,
    /** Every route as Fastify has it, registered order. */
    readonly routes: readonly Route[],
    private readonly folder: string,
  ) {}

  static async start({
    models,
    general,
    router,
    litellm,
    sections,
    guardrailTypes,
    environment = {},
  }: GatewayOptions): Promise<TestGateway> {
    const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-e2e-'));
    const file = path.join(folder, 'config.yaml');
    const settings = {
      model_list: models,
      router_settings: { num_retries: 0, ...router },
      ...(litellm && { litellm_settings: litellm }),
      general_settings: {
        master_key: masterKey,
        database_url: `file:${folder}/gateway.db`,
        journal_dir: `${folder}/journal`,
        proxy_batch_write_at: 0.02,
        max_request_size_mb: 12,
        max_response_size_mb: 4,
        ...general,
      },
      ...sections,
    };
    // JSON is YAML too.
    writeFileSync(file, JSON.stringify(settings, null, 2));
    const config = loadConfig(file, environment);
    const app = await createApp({ config, spend: { writer: 'in-process' }, guardrailTypes }, false);
    const routes: Route[] = [];
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', ({ method, url }) => {
        for (const each of [method].flat()) routes.push({ method: each, url });
      });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new TestGateway(app, port, routes, folder);
  }

  async stop(): Promise<void> {
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One request on a connection of its own, with the master key where no header says otherwise. */
  send(options: SendOptions): Promise<Answer> {
    return send(this.port, { ...options, headers: { authorization: `Bearer ${masterKey}`, ...options.headers } });
  }

  chat(body: unknown, headers: SendOptions['headers'] = {}): Promise<Answer> {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return this.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });
  }

  async makeKey(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const answer = await this.send({
      method: 'POST',
      path: '/key/generate',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    const { key } = answer.json as { key?: unknown };
    if (typeof key !== 'string') throw new Error(`No key was made: ${answer.status} ${answer.text}`);
    return key;
  }

  countKeys(): Promise<number> {
    return this.app.get(DatabaseService).run((client) => client.virtualKey.count());
  }

  /** The rows of a model name, once every request so far is settled and carried to the database. */
  async rowsOf(modelGroup: string): Promise<SpendLog[]> {
    await this.allCarried();
    return this.app.get(DatabaseService).run((client) => client.spendLog.findMany({ where: { modelGroup } }));
  }

  async countRows(): Promise<number> {
    await this.allCarried();
    return this.app.get(DatabaseService).run((client) => client.spendLog.count());
  }

  allCarried(): Promise<void> {
    const spend = this.app.get(SpendService);
    return eventually('every request is settled and its row written', () => {
      const { openRequests, uncarriedBytes, pendingSettlements } = spend.status();
      return openRequests === 0 && uncarriedBytes === 0 && pendingSettlements === 0;
    });
  }
}

/** The JSON column of a row, as far as tests look at it. */
export interface RowDetail {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly stream: boolean;
  readonly usageEstimated?: boolean;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly attempts: readonly { readonly status: string; readonly errorCode?: string; readonly deploymentId: string }[];
}

export function detailOf(row: SpendLog): RowDetail {
  return row.detail as unknown as RowDetail;
}
