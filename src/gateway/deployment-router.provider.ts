/** The one router of the process, which hears from those of other processes where the application has something to share by. */
import type { FactoryProvider } from '@nestjs/common';
import { CLOCK, RANDOM } from '../config/ports.js';
import { HealthBoard } from '../core/router/health-board.js';
import { DeploymentRouter } from '../core/router/router.js';
import type { Clock, Random, SharedRoutingState } from '../core/spec/index.js';

/** The injection token of the `SharedRoutingState`; without one the process routes by what it sees itself. */
export const SHARED_ROUTING_STATE = Symbol('SHARED_ROUTING_STATE');

export const deploymentRouter: FactoryProvider<DeploymentRouter> = {
  provide: DeploymentRouter,
  inject: [RANDOM, CLOCK, HealthBoard, { token: SHARED_ROUTING_STATE, optional: true }],
  useFactory: (random: Random, clock: Clock, health: HealthBoard, shared?: SharedRoutingState) =>
    new DeploymentRouter(random, clock, shared, health),
};
