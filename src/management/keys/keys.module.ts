/** Virtual keys in the management API. */
import { Module } from '@nestjs/common';
import { KeyChanger } from './key-changer.service.js';
import { KeyGrants } from './key-grants.service.js';
import { KeyIssuer } from './key-issuer.service.js';
import { KeyLister } from './key-lister.service.js';
import { KeyOwners } from './key-owners.service.js';
import { KeyReader } from './key-reader.service.js';
import { KeyReadsController } from './key-reads.controller.js';
import { KeyRemover } from './key-remover.service.js';
import { KeyRenewal } from './key-renewal.service.js';
import { KeyRepository } from './key.repository.js';
import { KeyRules } from './key-rules.service.js';
import { KeysController } from './keys.controller.js';
import { KeyWrites } from './key-writes.service.js';

@Module({
  controllers: [KeysController, KeyReadsController],
  providers: [
    KeyRepository,
    KeyOwners,
    KeyGrants,
    KeyRules,
    KeyWrites,
    KeyIssuer,
    KeyChanger,
    KeyRenewal,
    KeyRemover,
    KeyLister,
    KeyReader,
  ],
  exports: [KeyIssuer, KeyRepository],
})
export class KeysModule {}
