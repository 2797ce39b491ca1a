/** The media type of a file, told from the end of its name. */
// https://ai.google.dev/gemini-api/docs/file-input-methods#supported-content-types

const byExtension: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  flac: 'audio/flac',
  gif: 'image/gif',
  heic: 'image/heic',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  mov: 'video/quicktime',
  mp3: 'audio/mp3',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
};

/** Undefined where the name says nothing. Videos on YouTube have no ending. */
export function mediaTypeOf(address: string): string | undefined {
  if (/^https:\/\/(?:www\.)?(?:youtube\.com|youtu\.be)\//.test(address)) return 'video/mp4';
  const extension = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(address)?.[1]?.toLowerCase();
  return extension === undefined || !Object.hasOwn(byExtension, extension) ? undefined : byExtension[extension];
}
