/** The wire shapes of the invitation routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import type { Invitation } from '../../../database/database-client.js';
import { closedBody } from '../../wire/closed-body.js';
import { identifier } from '../../wire/fields.js';
import { mostPasswordLength } from '../passwords/password-policy.js';

export const newInvitationSchema = closedBody('an invitation', { user_id: identifier });
export const updateInvitationSchema = closedBody('an invitation', {
  invitation_id: identifier,
  is_accepted: z.literal(true, { error: 'can only be true: an invitation is used once. Make a new one' }),
});
export const deleteInvitationSchema = closedBody('this request', { invitation_id: identifier });
export const invitationInfoQuerySchema = z.object({ invitation_id: identifier });

export const getTokenQuerySchema = z.object({ invite_link: z.string().min(1).max(256) });
export const claimSchema = closedBody('this request', {
  invitation_link: z.string().min(1).max(256).describe('The token of the invitation'),
  user_id: identifier,
  password: z.string().min(1).max(mostPasswordLength),
});
export type ClaimBody = z.output<typeof claimSchema>;

export const invitationAnswer = z.object({
  id: z.string(),
  user_id: z.string(),
  is_accepted: z.boolean(),
  accepted_at: z.string().nullable(),
  expires_at: z.string(),
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
export type InvitationAnswer = z.output<typeof invitationAnswer>;
export const newInvitationAnswer = z.object({
  ...invitationAnswer.shape,
  token: z.string().describe('The secret of the link, shown here alone: `invite_link` of /onboarding/get_token'),
});
export type NewInvitation = z.output<typeof newInvitationAnswer>;

export const onboardingAnswer = z.object({
  token: z.string().describe('The bearer token of /onboarding/claim_token, valid for 15 minutes'),
  user_id: z.string(),
  user_email: z.string().nullable(),
});
export const claimedAnswer = z.object({ user_id: z.string(), user_email: z.string().nullable() });

export function invitationView(row: Invitation): InvitationAnswer {
  return {
    id: row.id,
    user_id: row.userId,
    is_accepted: row.accepted,
    accepted_at: row.acceptedAt?.toISOString() ?? null,
    expires_at: row.expiresAt.toISOString(),
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    updated_at: row.updatedAt.toISOString(),
    updated_by: row.updatedBy,
  };
}
