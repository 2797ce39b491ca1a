/** An admin who keeps writing while the gateway dies and comes back: what was acknowledged is known. */
import { setTimeout as pause } from 'node:timers/promises';

export interface ManagementLoad {
  /** Ids of the budgets whose making was acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** @param url where the gateway listens now; undefined while there is none */
export function startManagementLoad(url: () => string | undefined, masterKey: string): ManagementLoad {
  const acknowledged = new Set<string>();
  let stopping = false;

  const write = async (base: string, id: string): Promise<void> => {
    const response = await fetch(`${base}/budget/new`, {
      method: 'POST',
      headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ budget_id: id, max_budget: 1 }),
    });
    await response.text();
    if (response.status === 200) acknowledged.add(id);
  };

  const run = async (): Promise<void> => {
    for (let count = 0; !stopping; count += 1) {
      const base = url();
      // What a killed gateway leaves unanswered is no failure here.
      if (base !== undefined) await write(base, `budget-${count}`).catch(() => undefined);
      await pause(10);
    }
  };

  const running = run();
  return {
    acknowledged,
    stop: async () => {
      stopping = true;
      await running;
    },
  };
}
