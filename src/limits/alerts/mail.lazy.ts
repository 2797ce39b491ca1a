/** Sends mail over SMTP; what that needs is loaded when the first mail is sent. */
import type { MailSettings } from './alert-settings.js';

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

const timeoutMs = 10_000;

/** @throws Error of the server, or of the way to it */
export async function sendMail(settings: MailSettings, { to, subject, text }: Mail): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const { host, port, username, password, sender, implicitTls, requiresTls } = settings;
  const transport = createTransport({
    host,
    port,
    secure: implicitTls,
    requireTLS: requiresTls && !implicitTls,
    ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ from: sender, to: [...to], subject, text });
  } finally {
    transport.close();
  }
}
