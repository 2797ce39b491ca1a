/** The media type of a file in Cloud Storage, told from its name: Google asks for it and does not look itself. */

const byExtension = new Map(
  Object.entries({
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    bmp: 'image/bmp',
    webp: 'image/webp',
    heic: 'image/heic',
    mp4: 'video/mp4',
    mov: 'video/mov',
    mpeg: 'video/mpeg',
    mpg: 'video/mpg',
    avi: 'video/avi',
    wmv: 'video/wmv',
    webm: 'video/webm',
    flv: 'video/x-flv',
    mkv: 'video/x-matroska',
    mp3: 'audio/mp3',
    wav: 'audio/wav',
    pdf: 'application/pdf',
    txt: 'text/plain',
  }),
);

export function mediaTypeOfFile(name: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  return byExtension.get(extension ?? '') ?? 'image/jpeg';
}
