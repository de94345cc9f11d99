// The certificate of a server with its own TLS: read at the start, and again when its files change, so that a renewed one is
// used without a restart.
import type { FastifyInstance } from 'fastify';
import fs from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { TlsFiles } from '../../config-values.js';
import { StartError } from '../database/start-error.js';
import { shell } from '../shell-quote.js';
import { errorForLog } from '../error-for-log.js';

const LOOK_EVERY_MS = 5000;

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Throws StartError, in one line, where the two can't be used. */
export function readCertificate(files: TlsFiles): Certificate {
  try {
    return usable(files);
  } catch (error) {
    const { message } = error as Error;
    throw new StartError(
      `The certificate in ${shell`STAMPLINE_TLS_CERT=${files.cert}`} with ${shell`STAMPLINE_TLS_KEY=${files.key}`} can't be used: ${message}.`,
    );
  }
}

/** Throws where one can't be read, or the key is another certificate's. */
function usable(files: TlsFiles): Certificate {
  const certificate = { cert: fs.readFileSync(files.cert, 'utf8'), key: fs.readFileSync(files.key, 'utf8') };
  createSecureContext(certificate);
  return certificate;
}

/**
 * Looks at the files every few seconds until the server is closed. A pair that can't be used, such as between the writing of
 * the one and of the other, is logged, and the last good one stays.
 */
export function renewCertificate(server: FastifyInstance, files: TlsFiles, log: Logger): void {
  let seen = stateOf(files);
  const look = (): void => {
    const now = stateOf(files);
    if (now === seen) return;
    seen = now;
    try {
      (server.server as unknown as Server).setSecureContext(usable(files));
      log.info({ file: files.cert }, 'the certificate was renewed');
    } catch (error) {
      log.error(
        { err: errorForLog(error), file: files.cert },
        'the new certificate cannot be used; the previous one stays in use',
      );
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  server.addHook('onClose', () => clearInterval(timer));
}

/** Changes when one of them does. */
function stateOf({ cert, key }: TlsFiles): string {
  const facts = [cert, key].map((file) => fs.statSync(file, { throwIfNoEntry: false }));
  return facts.map((one) => `${one?.mtimeMs} ${one?.size} ${one?.ino}`).join();
}
