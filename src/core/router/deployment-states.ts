/** The state of every deployment that was asked of late, over configurations that come and go. */
import { LRUCache } from 'lru-cache';
import type { Deployment } from '../spec/deployment.js';
import { DeploymentState } from './deployment-state.js';
import { heedOthers, type Sharing } from './shared-breakers.js';

/** Wildcards and databases may bring many; a state takes about half a kilobyte. */
const mostStates = 20_000;

/**
 * Told apart by the deployment's id, and by its model where a pattern stands for many. The object itself is tried first: one
 * configuration keeps it from request to request.
 */
export class DeploymentStates {
  private readonly byKey = new LRUCache<string, DeploymentState>({ max: mostStates });
  private readonly byDeployment = new WeakMap<Deployment, DeploymentState>();

  /** @param sharing where other processes are told, and heard */
  constructor(private readonly sharing?: Sharing) {
    if (sharing) heedOthers(sharing, (key) => this.under(key));
  }

  of(deployment: Deployment): DeploymentState {
    const known = this.byDeployment.get(deployment);
    if (known !== undefined) return known;
    const state = this.under(`${deployment.id} ${deployment.model}`);
    this.byDeployment.set(deployment, state);
    return state;
  }

  private under(key: string): DeploymentState {
    let state = this.byKey.get(key);
    if (state === undefined) this.byKey.set(key, (state = new DeploymentState(key, this.sharing?.shared)));
    return state;
  }
}
