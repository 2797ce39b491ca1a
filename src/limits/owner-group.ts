/** The owners of a request: those who are asked together whether they let it past. */
import type { AdmissionRequest } from './admission.js';
import type { Owner } from './definitions/owner.js';

export class OwnerGroup {
  constructor(readonly owners: readonly Owner[]) {}
}

/** Whoever calls without naming a customer or tags has the same owners every time: they are put together once for each caller. */
export class GroupsByCaller<Group> {
  private readonly known = new WeakMap<AdmissionRequest['caller'], Group>();

  constructor(private readonly make: (request: AdmissionRequest) => Group) {}

  of(request: AdmissionRequest): Group {
    const { caller, endUser, tags } = request;
    if (endUser !== undefined || tags.length > 0) return this.make(request);
    let group = this.known.get(caller);
    if (!group) {
      group = this.make(request);
      this.known.set(caller, group);
    }
    return group;
  }
}
