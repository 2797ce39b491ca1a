/** Who changes users, teams and keys where a token names them: nobody of the organization, as the audit log shows. */
import { commandActor, type Actor } from '../writes/actor.js';

const actor = commandActor('jwt');

/** No user: the teams that it makes get no member by that. */
export const tokenActor: Actor = { ...actor, role: 'token', principal: { ...actor.principal, userId: undefined } };
