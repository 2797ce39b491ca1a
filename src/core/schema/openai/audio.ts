/** The OpenAI audio wire shapes: transcription, translation, speech. */
// https://platform.openai.com/docs/api-reference/audio
import type { UploadedFile } from '../uploaded-file.js';

export interface TranscriptionRequest {
  readonly model: string;
  readonly file: UploadedFile;
  readonly language?: string | null;
  readonly prompt?: string | null;
  readonly response_format?: 'json' | 'text' | 'srt' | 'verbose_json' | 'vtt' | 'diarized_json' | null;
  readonly temperature?: number | null;
  readonly timestamp_granularities?: readonly string[] | null;
  /** Into English instead of the spoken language (`/audio/translations`). */
  readonly translate?: boolean;
  readonly [param: string]: unknown;
}

/** A JSON object (`text` and, for `verbose_json`, more), or the text itself for `text`, `srt` and `vtt`. */
export type Transcription = TranscriptionObject | string;

export interface TranscriptionObject {
  readonly text: string;
  readonly language?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly words?: readonly { readonly word: string; readonly start: number; readonly end: number }[];
  readonly segments?: readonly unknown[];
  readonly [member: string]: unknown;
}

export interface SpeechRequest {
  readonly model: string;
  readonly input: string;
  readonly voice: string | { readonly id: string };
  readonly instructions?: string | null;
  readonly response_format?: string | null;
  readonly speed?: number | null;
  readonly [param: string]: unknown;
}
