/** The names that Gemini takes for functions. */
// https://ai.google.dev/api/caching#FunctionDeclaration
import { ToolNames } from '../../schema/openai/tool-names.js';

export const toolNames = new ToolNames({ character: /[a-zA-Z0-9_.-]/, first: /[a-zA-Z_]/, maxLength: 64 });
