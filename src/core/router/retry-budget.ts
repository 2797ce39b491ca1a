/** Bounds retries to a part of what is under way, so that a provider in trouble is not asked twice as much. */

const share = 0.2;
const floor = 3;

interface Group {
  active: number;
  retrying: number;
}

/** Counted for each model group by itself: one that fails takes nothing from the others. */
export class RetryBudget {
  private readonly groups = new Map<string, Group>();

  enter(modelGroup: string): GroupBudget {
    let group = this.groups.get(modelGroup);
    if (group === undefined) this.groups.set(modelGroup, (group = { active: 0, retrying: 0 }));
    return new GroupBudget(this.groups, modelGroup, group);
  }
}

/** One request's part in the budget. */
export class GroupBudget {
  private retrying = false;

  constructor(
    private readonly groups: Map<string, Group>,
    private readonly modelGroup: string,
    private readonly group: Group,
  ) {
    group.active += 1;
  }

  /** False where too many of the group's requests are being retried already. A request that retries goes on counting as one. */
  mayRetry(): boolean {
    const { group } = this;
    if (this.retrying) return true;
    if (group.retrying >= Math.max(floor, share * group.active)) return false;
    group.retrying += 1;
    return (this.retrying = true);
  }

  leave(): void {
    const { group } = this;
    if (this.retrying) group.retrying -= 1;
    group.active -= 1;
    if (group.active === 0) this.groups.delete(this.modelGroup);
  }
}
