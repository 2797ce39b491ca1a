/** Pass-through: the APIs behind the gateway as they are, below prefixes of providers and paths of the operator's own. */
import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CustomerDirectoryModule } from '../auth/customers/customer-directory.module.js';
import { ENTRY_ROUTES } from '../auth/routes/entry-routes.js';
import { declareEntry, PassThroughEntries } from './entries/pass-through-entries.service.js';
import { PassageRules } from './passage-rules.service.js';
import { PassThroughAccounts } from './pass-through-accounts.service.js';
import { PassThroughController } from './pass-through.controller.js';
import { PassThroughOpening } from './pass-through-opening.service.js';
import { PassThroughService } from './pass-through.service.js';
import { Upstreams } from './upstreams.service.js';
import { acceptUpgrades } from './web-sockets/upgraded-requests.js';

/** Global, since the guard of all routes asks it whose a path is. */
@Global()
@Module({
  imports: [CustomerDirectoryModule],
  controllers: [PassThroughController],
  providers: [
    PassageRules,
    PassThroughAccounts,
    PassThroughEntries,
    PassThroughOpening,
    PassThroughService,
    Upstreams,
    { provide: ENTRY_ROUTES, useExisting: PassThroughEntries },
  ],
  exports: [ENTRY_ROUTES, PassThroughEntries],
})
export class PassThroughModule implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    declareEntry(fastify);
    acceptUpgrades(fastify);
  }
}
