/** Virtual keys in the management API. */
import { Module } from '@nestjs/common';
import { KeyRepository } from './key.repository.js';
import { KeysController } from './keys.controller.js';
import { KeysService } from './keys.service.js';

@Module({ controllers: [KeysController], providers: [KeysService, KeyRepository] })
export class KeysModule {}
