/** Holds the application that the OpenAPI document describes, once it is there. */
import { Injectable, type INestApplication } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { makeApiDocument } from './api-document.lazy.js';

@Injectable()
export class DescribedApplication {
  private app: INestApplication | undefined;
  private document: Promise<string> | undefined;

  /** To be called before the application listens. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  /** The OpenAPI document as JSON; made once. */
  json(): Promise<string> {
    if (!this.app) throw new GatewayError('internal', { detail: 'the application was not given to its document' });
    this.document ??= makeApiDocument(this.app);
    return this.document;
  }
}
