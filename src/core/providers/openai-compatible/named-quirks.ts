/** The quirks that a user's own provider may be given, by their names. */
import type { Quirk } from './quirk.js';
import { alternatingRoles } from './quirks/alternating-roles.js';
import { developerAsSystem } from './quirks/developer-as-system.js';
import { enableThinking } from './quirks/enable-thinking.js';
import { looseToolSchemas } from './quirks/loose-tool-schemas.js';
import { objectBySchema } from './quirks/object-by-schema.js';
import { plainMessages } from './quirks/plain-messages.js';
import { reasoningField } from './quirks/reasoning-field.js';
import { reasoningWithCalls } from './quirks/reasoning-with-calls.js';
import { reportedCost } from './quirks/reported-cost.js';
import { temperatureUpTo } from './quirks/temperature-up-to.js';
import { textContent } from './quirks/text-content.js';
import { thinkingSwitch } from './quirks/thinking-switch.js';
import { toolChoiceInWords } from './quirks/tool-choice-in-words.js';

const offered: readonly Quirk[] = [
  alternatingRoles,
  developerAsSystem,
  enableThinking,
  looseToolSchemas,
  objectBySchema,
  plainMessages,
  reasoningField,
  reasoningWithCalls,
  reportedCost,
  temperatureUpTo(1),
  textContent,
  thinkingSwitch,
  toolChoiceInWords,
];

export const namedQuirks: ReadonlyMap<string, Quirk> = new Map(offered.map((quirk) => [quirk.name, quirk]));
