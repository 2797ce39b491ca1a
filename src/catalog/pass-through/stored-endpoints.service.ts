/** Holds the pass-through endpoints of the database as they are now: read at start, and whenever the change feed tells of one. */
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { toPassThroughSetting, type PassThroughSetting } from '../../config/pass-through-settings.js';
import { passThroughFields } from '../../config/schema/pass-through.schema.js';
import { passThroughTopic } from '../../database/change-topics.js';
import { ChangeFeedPoller } from '../../database/change-feed.poller.js';
import { z } from 'zod';
import { Rereading } from '../rereading.js';
import { StoredEndpointRepository, type StoredEndpoint } from './stored-endpoint.repository.js';

export interface KnownEndpoint extends PassThroughSetting {
  readonly id: string;
}

/** Without `auth`: only whoever owns the machine opens a path to everybody. */
const storedSchema = z.object(passThroughFields);

@Injectable()
export class StoredEndpoints implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Pass-through');
  private unsubscribe: (() => void) | undefined;
  private readonly rereading = new Rereading(
    async () => {
      this.known = (await this.repository.list()).flatMap((row) => this.read(row) ?? []);
    },
    (reason) => this.logger.warn(`The endpoints of the database cannot be read (${reason}); the last known ones stay.`),
  );
  private known: readonly KnownEndpoint[] = [];

  constructor(
    private readonly repository: StoredEndpointRepository,
    private readonly feed: ChangeFeedPoller,
  ) {}

  /** The same list until something changes. */
  current(): readonly KnownEndpoint[] {
    return this.known;
  }

  async onModuleInit(): Promise<void> {
    this.unsubscribe = this.feed.subscribe((events, { gap }) => {
      if (gap || events.some(({ topic }) => topic === passThroughTopic)) void this.refresh();
    });
    await this.refresh();
  }

  onApplicationShutdown(): void {
    this.rereading.end();
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }

  /** Reads them again. Never rejects: while the database is away the last known ones stay. */
  refresh(): Promise<void> {
    return this.rereading.now();
  }

  /** What does not fit (any more) is left out by itself. */
  private read({ id, value, fault }: StoredEndpoint): KnownEndpoint | undefined {
    const result = storedSchema.safeParse(value);
    if (fault === undefined && result.success)
      return { ...toPassThroughSetting({ ...result.data, auth: true }, undefined), id };
    const issue = result.error?.issues[0];
    const reason = fault ?? `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it cannot be read'}`;
    this.logger.warn(`The endpoint ${id} of the database is skipped: ${reason}`);
    return undefined;
  }
}
