/** Makes the application, ready to listen: the adapter with its limits, the rooms, and the log. */
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LoggerService } from '@nestjs/common';
import { AppModule, type AppOptions } from './app.module.js';
import { AddressList } from './auth/addresses/address-list.js';
import { declarePrincipal } from './auth/principal-of.js';
import { DescribedApplication } from './management/api-docs/described-application.js';
import { createAdapter } from './http/create-adapter.js';

/** @throws whatever keeps a room from starting; nothing is left running then */
export async function createApp(options: AppOptions, logger: LoggerService | false): Promise<NestFastifyApplication> {
  const { usesForwardedFor, trustedProxies } = options.config.general;
  const proxies = new AddressList(trustedProxies);
  const adapter = createAdapter(usesForwardedFor ? (address) => proxies.holds(address) : undefined);
  declarePrincipal(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.create(options), adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  app.get(DescribedApplication, { strict: false }).describe(app);
  return app;
}
