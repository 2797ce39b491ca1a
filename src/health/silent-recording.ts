/** A second of silence as a WAV file, for models that listen. */
// http://soundfile.sapp.org/doc/WaveFormat/
import type { UploadedFile } from '../core/schema/uploaded-file.js';

const sampleRate = 8_000;
const bytesPerSample = 2;
const headerBytes = 44;
const pulseCode = 1;
const channels = 1;

export function silentRecording(): UploadedFile {
  const soundBytes = sampleRate * bytesPerSample;
  const bytes = Buffer.alloc(headerBytes + soundBytes);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(headerBytes - 8 + soundBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(pulseCode, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * bytesPerSample, 28);
  bytes.writeUInt16LE(bytesPerSample, 32);
  bytes.writeUInt16LE(bytesPerSample * 8, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(soundBytes, 40);
  return { name: 'silence.wav', contentType: 'audio/wav', bytes };
}
