/** Clients that keep asking: every request carries a marker of its own, and what they got is known. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface Load {
  /** Markers of the requests whose answer came whole. */
  readonly answered: ReadonlySet<string>;
  /** How many requests were sent, answered or not. */
  readonly sent: () => number;
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Where the gateway listens now; undefined while there is none. */
  readonly url: () => string | undefined;
  readonly key: string;
  readonly model: string;
  readonly clients: number;
}

/** Every second request is a stream. The marker is the message's text, and the `user`, which is kept in the row. */
export function startLoad({ url, key, model, clients }: LoadOptions): Load {
  const answered = new Set<string>();
  const name = randomUUID();
  let sent = 0;
  let stopping = false;

  const ask = async (base: string, marker: string, stream: boolean): Promise<void> => {
    const body = { model, user: marker, stream, messages: [{ role: 'user', content: marker }] };
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    if (!stream || text.endsWith('data: [DONE]\n\n')) answered.add(marker);
  };

  const client = async (index: number): Promise<void> => {
    for (let count = 0; !stopping; count += 1) {
      const base = url();
      if (base === undefined) {
        await pause(5);
        continue;
      }
      sent += 1;
      // What a killed gateway leaves unanswered is no failure here.
      await ask(base, `${name}-${index}-${count}`, count % 2 === 1).catch(() => pause(5));
    }
  };

  const running = Array.from({ length: clients }, (_, index) => client(index));
  return {
    answered,
    sent: () => sent,
    stop: async () => {
      stopping = true;
      await Promise.all(running);
    },
  };
}
