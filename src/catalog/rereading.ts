/** Reads something of the database again whenever it is told to: one reading at a time, and again a second after one that failed. */

const retryMs = 1_000;

export class Rereading {
  private running: Promise<void> | undefined;
  private isStale = false;
  private retry: NodeJS.Timeout | undefined;
  private hasEnded = false;

  /**
   * @param read reads it and puts it into force
   * @param failed hears why a reading came to nothing: what was in force stays
   */
  constructor(
    private readonly read: () => Promise<void>,
    private readonly failed: (reason: string) => void,
  ) {}

  /** A call during a reading leads to one more. Never rejects. */
  now(): Promise<void> {
    this.isStale = true;
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Nothing is tried again from now on. */
  end(): void {
    this.hasEnded = true;
    clearTimeout(this.retry);
  }

  private async run(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      try {
        await this.read();
      } catch (error) {
        this.failed(error instanceof Error ? error.message : String(error));
        this.tryAgainLater();
        return;
      }
    }
  }

  private tryAgainLater(): void {
    if (this.hasEnded) return;
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      void this.now();
    }, retryMs).unref();
  }
}
