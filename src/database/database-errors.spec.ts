/** How failures of the drivers and of Prisma are sorted. */
import { classifyFailure } from './database-errors.js';

const prisma = (code: string, cause: object) =>
  Object.assign(new Error('Invalid invocation'), {
    code,
    meta: { driverAdapterError: Object.assign(new Error(), { cause }) },
  });

describe('classifyFailure', () => {
  it.each([
    ['no server', prisma('P1001', { kind: 'DatabaseNotReachable' }), 'outage'],
    ['a server that shuts down', prisma('P2039', { kind: 'postgres', originalCode: '57P01' }), 'outage'],
    ['a broken connection, for which pg has no code', new Error('Connection terminated unexpectedly'), 'outage'],
    ['a connection not made in time', new Error('timeout exceeded when trying to connect'), 'outage'],
    ['a socket that timed out', prisma('P1008', { kind: 'SocketTimeout', originalCode: 'ETIMEDOUT' }), 'outage'],
    ['a full disk', prisma('P2039', { kind: 'sqlite', originalCode: 'SQLITE_FULL' }), 'outage'],
    [
      'a busy file, which shares its code with a socket',
      prisma('P1008', { kind: 'SocketTimeout', originalCode: 'SQLITE_BUSY' }),
      'contention',
    ],
    ['a deadlock', prisma('P2034', { kind: 'TransactionWriteConflict', originalCode: '40P01' }), 'contention'],
    ['a duplicate', prisma('P2002', { kind: 'UniqueConstraintViolation', originalCode: '23505' }), 'other'],
    ['a mistake in the work itself', new TypeError('x is not a function'), 'other'],
    ['nothing at all', undefined, 'other'],
  ])('takes %s for what it is', (_, error, expected) => {
    expect(classifyFailure(error)).toBe(expected);
  });
});
