/** The documentation of the API. */
import { Module } from '@nestjs/common';
import { ApiDocsController } from './api-docs.controller.js';
import { DescribedApplication } from './described-application.js';

@Module({ controllers: [ApiDocsController], providers: [DescribedApplication], exports: [DescribedApplication] })
export class ApiDocsModule {}
