/** Reads what the database has beside the models: credentials and guardrails. */
import { Injectable } from '@nestjs/common';
import type { StoredParts, StoredPartsSource } from './config-model-source.js';
import { StoredCredentialRepository } from './credential.repository.js';
import { StoredGuardrailRepository } from './guardrail.repository.js';

@Injectable()
export class StoredPartsRepository implements StoredPartsSource {
  constructor(
    private readonly credentials: StoredCredentialRepository,
    private readonly guardrails: StoredGuardrailRepository,
  ) {}

  async list(): Promise<StoredParts> {
    const [credentials, guardrails] = await Promise.all([this.credentials.list(), this.guardrails.list()]);
    return { credentials, guardrails };
  }
}
