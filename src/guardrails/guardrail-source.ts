/** Where guardrails come from: whoever configures them adds a source, and the engine asks each of them. */
import { Injectable } from '@nestjs/common';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Guardrail, GuardrailMode } from './guardrail.js';

/** A guardrail as it is configured. */
export interface ActiveGuardrail {
  /** Several of one name share the work. */
  readonly name: string;
  readonly guardrail: Guardrail;
  readonly modes: readonly GuardrailMode[];
  /** In place of `modes`, for requests that carry the tag. */
  readonly tagModes?: ReadonlyMap<string, readonly GuardrailMode[]>;
  /** Applies where nobody asks for it. */
  readonly isDefault: boolean;
  /** The lower goes first; those of one order in the order in which they are configured. */
  readonly order: number;
  /** What becomes of a request that it could not look at. */
  readonly failure: 'open' | 'closed';
  readonly timeoutMs: number;
  /** What a client is told in place of the usual text, with `{reason}`, `{default_message}` and `{guardrail_name}`. */
  readonly messageTemplate?: string;
}

export interface GuardrailSource {
  /** What applies with this snapshot. Cheap: each request asks. */
  all(catalog: CatalogSnapshot): readonly ActiveGuardrail[];
}

@Injectable()
export class GuardrailSources implements GuardrailSource {
  private sources: readonly GuardrailSource[] = [];

  /** @returns what takes it away again */
  add(source: GuardrailSource): () => void {
    this.sources = [...this.sources, source];
    return () => {
      this.sources = this.sources.filter((each) => each !== source);
    };
  }

  all(catalog: CatalogSnapshot): readonly ActiveGuardrail[] {
    const [only, ...others] = this.sources;
    if (only === undefined) return none;
    return others.length === 0 ? only.all(catalog) : this.sources.flatMap((source) => source.all(catalog));
  }
}

const none: readonly ActiveGuardrail[] = [];
