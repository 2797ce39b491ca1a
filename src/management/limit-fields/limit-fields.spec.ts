/** What bodies say of limits: what is not served is refused, and not stored as if it were. */
import { z } from 'zod';
import { newTeamSchema } from '../teams/team.dto.js';
import { limitFields } from './limit-fields.js';

it.each([
  ['any body with limits', z.object(limitFields)],
  ['a team', newTeamSchema],
])('%s that asks to be slowed down instead of refused is told that nobody does that', (_, schema) => {
  const { error } = schema.safeParse({ throttle_on_budget_exceeded: true });
  expect(error?.issues).toMatchObject([
    { path: ['throttle_on_budget_exceeded'], message: expect.stringMatching(/^is not served: .* Leave it out/) },
  ]);
  expect(schema.safeParse({ throttle_on_budget_exceeded: false }).success).toBe(true);
});
