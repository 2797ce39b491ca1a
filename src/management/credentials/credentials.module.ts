/** Stored credentials in the management API. */
import { Module } from '@nestjs/common';
import { CredentialRepository } from './credential.repository.js';
import { CredentialsController } from './credentials.controller.js';
import { CredentialsService } from './credentials.service.js';

@Module({ controllers: [CredentialsController], providers: [CredentialsService, CredentialRepository] })
export class CredentialsModule {}
