/** What the configuration says of teams; asked each time, since a reload may change it. */
import type { TeamSettings } from '../../config/team-settings.js';

export const TEAM_POLICY = Symbol('TEAM_POLICY');

export type TeamPolicy = TeamSettings;
export type ReadTeamPolicy = () => TeamPolicy;
