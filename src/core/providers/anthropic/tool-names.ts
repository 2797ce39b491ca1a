/** Tool names that Anthropic takes, for names that it does not, and the way back. */
import { ToolNames } from '../../schema/openai/tool-names.js';

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools */
export const toolNames = new ToolNames({ character: /[a-zA-Z0-9_-]/, maxLength: 64 });

/** The tool whose input is the answer, where JSON is asked of a model that cannot be held to it otherwise. */
export const jsonToolName = 'json_tool_call';
