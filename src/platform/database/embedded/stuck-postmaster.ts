// A postmaster that lives and serves nobody: after a crash of one of its processes it waits for a recovery that has failed and that
// nobody runs any more (seen with a folder that was unwritable for a moment). It doesn't end by itself, so it has to be ended.
import { Client } from 'pg';
import type { Postmaster } from './postmaster.js';
import { isRecovering } from './process-facts.js';
import type { Connection } from './server-check.js';

const LOOK_EVERY_MS = 2000;
const ANSWER_MS = 2000;
/** So many looks in a row find it refusing everybody without recovering. */
const LOOKS = 4;

const CANNOT_CONNECT_NOW = '57P03';
const WAITS_FOR_RECOVERY = /recovery mode|starting up|not yet accepting/;

export interface StuckWatch {
  /** Resolves, with what is known, when it is stuck; else never. */
  readonly stuck: Promise<string>;
  readonly stop: () => void;
}

/** Looks every two seconds until stop(). Where it can't be told whether a recovery is running (not on Linux), never stuck. */
export function watchStuck({ pid }: Postmaster, connection: Connection): StuckWatch {
  let timer: NodeJS.Timeout | undefined;
  let found = 0;
  const stuck = new Promise<string>((resolve) => {
    timer = setInterval(() => {
      void refusal(connection).then((said) => {
        found = said !== undefined && isRecovering(pid) === false ? found + 1 : 0;
        if (found === LOOKS) resolve(`it refuses every connection (${said ?? ''}), and no recovery is running`);
      });
    }, LOOK_EVERY_MS).unref();
  });
  return { stuck, stop: () => clearInterval(timer) };
}

/** What it says to who connects, where it waits for its recovery; undefined where it serves, or doesn't answer at all. */
async function refusal(connection: Connection): Promise<string | undefined> {
  const client = new Client({ ...connection, connectionTimeoutMillis: ANSWER_MS, ssl: false });
  client.on('error', () => undefined); // connect() below tells.
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === CANNOT_CONNECT_NOW && WAITS_FOR_RECOVERY.test(message) ? message : undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}
