/** A deployment keeps its state when the configuration is read again, and two models behind one pattern have one each. */
import { madeUpDeployment } from '../testing/deployments.js';
import { DeploymentStates } from './deployment-states.js';

it('is one for a deployment, also where a new configuration has made the object anew', () => {
  const states = new DeploymentStates();
  const state = states.of(madeUpDeployment());
  expect(states.of(madeUpDeployment())).toBe(state);
  expect(states.of(madeUpDeployment({ id: 'other' }))).not.toBe(state);
});

it('tells the models apart that one pattern stands for', () => {
  const states = new DeploymentStates();
  expect(states.of(madeUpDeployment({ model: 'x' }))).not.toBe(states.of(madeUpDeployment({ model: 'y' })));
});
