/** Loads what makes the OpenAPI document when it is first asked for: nobody else pays for it. */
import type { INestApplication } from '@nestjs/common';

/** The document as JSON text. */
export async function makeApiDocument(app: INestApplication): Promise<string> {
  const { createApiDocument } = await import('./api-document.js');
  return JSON.stringify(createApiDocument(app));
}
