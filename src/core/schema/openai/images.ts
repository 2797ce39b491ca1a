/** The OpenAI image wire shapes: generation, edits, variations. */
// https://platform.openai.com/docs/api-reference/images
import type { UploadedFile } from '../uploaded-file.js';

export interface ImageRequest {
  readonly model: string;
  readonly prompt: string;
  /** Present for an edit: the pictures to start from. */
  readonly image?: readonly UploadedFile[];
  readonly mask?: UploadedFile;
  readonly n?: number | null;
  /** Such as `1024x1024`, or `auto`. */
  readonly size?: string | null;
  readonly quality?: string | null;
  readonly style?: string | null;
  readonly background?: string | null;
  readonly output_format?: string | null;
  readonly response_format?: 'url' | 'b64_json' | null;
  readonly user?: string | null;
  readonly [param: string]: unknown;
}

export interface GeneratedImage {
  readonly url?: string;
  readonly b64_json?: string;
  readonly revised_prompt?: string;
}

export interface ImageUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_tokens_details?: { readonly image_tokens?: number; readonly text_tokens?: number };
}

export interface ImageResponse {
  /** Epoch seconds. */
  readonly created: number;
  readonly data: readonly GeneratedImage[];
  readonly usage?: ImageUsage;
  readonly [member: string]: unknown;
}
