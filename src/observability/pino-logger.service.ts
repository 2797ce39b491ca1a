/** Nest's logger on pino: one JSON object a line, and nothing in it that looks like a key. */
import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type { LogLevel } from './log-settings.js';
import { withoutSecrets } from './without-secrets.js';

/** Nest tells of each module and route at start. */
const frameworkRooms: ReadonlySet<string> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

export class PinoLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(level: LogLevel, destination: NodeJS.WritableStream = process.stdout) {
    this.logger = pino(
      {
        level,
        base: { pid: process.pid },
        formatters: { level: (label) => ({ level: label }) },
        timestamp: stdTimeFunctions.isoTime,
      },
      destination,
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(frameworkRooms.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  /** Nest passes the room's name last, and a stack before it. */
  private write(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const detail = rest.slice(0, -1).filter((part) => part !== undefined);
    const facts = {
      ...(typeof context === 'string' && { room: context }),
      ...(detail.length > 0 && { detail: detail.map((part) => withoutSecrets(textOf(part))) }),
    };
    if (isFacts(message)) {
      const { message: text, ...given } = message;
      this.logger[level]({ ...facts, ...scrubbed(given) }, withoutSecrets(textOf(text)));
    } else {
      this.logger[level](facts, withoutSecrets(textOf(message)));
    }
  }
}

function isFacts(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && !(message instanceof Error) && 'message' in message;
}

function scrubbed(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, withoutSecrets(textOf(value))]));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'object' && value !== null ? JSON.stringify(value, bigIntAsText) : String(value);
}

function bigIntAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
