/** The parameters of tool permission, named as in LiteLLM's config file. */
import { z } from 'zod';
import { anyCase } from '../any-case.js';

const rule = z.object({
  /** Named where a tool is refused. */
  id: z.string().min(1),
  /** A regular expression (RE2) that the whole name has to match; any name where left out. */
  tool_name: z.string().min(1).nullish(),
  /** The same of the tool's type, which is `function` for all that is known here. */
  tool_type: z.string().min(1).nullish(),
  decision: anyCase(['allow', 'deny']),
  /** By path (`to[]`, `mail.subject`): what the values of an argument have to match as a whole. An argument that is not there is allowed. */
  allowed_param_patterns: z.record(z.string(), z.string()).nullish(),
});

export const toolPermissionParameters = z.object({
  /** The first one that matches decides. */
  rules: z.array(rule).default([]),
  /** For tools that no rule matches. */
  default_action: anyCase(['allow', 'deny']).default('deny'),
  /** `block` refuses; `rewrite` takes the tools out of the request, and their calls out of the answer. */
  on_disallowed_action: anyCase(['block', 'rewrite']).default('block'),
});

export type ToolPermissionParameters = z.infer<typeof toolPermissionParameters>;
