/** Every error that a provider can cause has a kind that policies can name; those of the gateway itself have none. */
import { errorCatalog, type ErrorCode } from '../errors/catalog.js';
import { failureClasses, failureClassOf } from './failure-class.js';

const codes = Object.keys(errorCatalog) as ErrorCode[];

it('knows the kind of whatever makes a deployment cool', () => {
  const cooling = codes.filter((code) => 'cools' in errorCatalog[code] && errorCatalog[code].cools);
  expect(cooling.length).toBeGreaterThan(5);
  expect(cooling.filter((code) => failureClassOf(code) === undefined)).toEqual([]);
});

it.each<ErrorCode>([
  'client_closed',
  'internal',
  'invalid_request',
  'shutting_down',
  'no_deployment',
  'deployments_limited',
])('has no kind for %s, which no provider is to blame for', (code) => expect(failureClassOf(code)).toBeUndefined());

it('has each kind for at least one error', () => {
  expect(new Set(codes.map(failureClassOf).filter((kind) => kind !== undefined))).toEqual(new Set(failureClasses));
});
