/** A mail server of a test's own: takes what it is given, in as much of SMTP as a client needs. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export class SmtpServer {
  readonly mails: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SmtpServer> {
    const server = createServer();
    const smtp = new SmtpServer(server);
    server.on('connection', (socket) => smtp.serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return smtp;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    let text = '';
    let inMail = false;
    const say = (line: string): unknown => socket.write(`${line}\r\n`);
    say('220 test');
    socket
      .on('error', () => undefined)
      .setEncoding('utf8')
      .on('data', (data: string) => {
        text += data;
        for (;;) {
          const end = text.indexOf(inMail ? '\r\n.\r\n' : '\r\n');
          if (end < 0) return;
          const line = text.slice(0, end);
          text = text.slice(end + (inMail ? 5 : 2));
          if (inMail) this.mails.push(line);
          say(inMail ? '250 kept' : answerTo(line));
          inMail = !inMail && /^data$/i.test(line);
          if (/^quit$/i.test(line)) socket.end();
        }
      });
  }
}

function answerTo(line: string): string {
  if (/^ehlo/i.test(line)) return '250 test';
  if (/^data$/i.test(line)) return '354 go on';
  if (/^quit$/i.test(line)) return '221 bye';
  return '250 ok';
}
