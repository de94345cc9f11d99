// Being asked to end: SIGTERM drains, SIGINT (Ctrl-C) and SIGHUP (a closed terminal) don't wait.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Leaving {
  /** Resolves when the process is asked to end, with whether there is time to drain. */
  readonly asked: Promise<boolean>;
  /** Aborted when nothing should be waited for any more. */
  readonly hurry: AbortSignal;
  /** Asks by itself, without a drain. */
  now(): void;
  /** Resolves after `ms`, or at once in a hurry. */
  pause(ms: number): Promise<void>;
}

/** A second signal means hurry; but npm passes on the Ctrl-C that the terminal has already sent to us. */
const ECHO_MS = 500;

export function onSignals(): Leaving {
  const hurry = new AbortController();
  let since: number | undefined;
  let answer: (drain: boolean) => void;
  const asked = new Promise<boolean>((resolve) => (answer = resolve));
  const ask = (drain: boolean): void => {
    since ??= performance.now();
    if (performance.now() - since > ECHO_MS) hurry.abort();
    answer(drain);
  };
  process.on('SIGTERM', () => ask(true));
  process.on('SIGINT', () => ask(false));
  process.on('SIGHUP', () => ask(false));
  const pause = async (ms: number): Promise<void> => {
    if (!hurry.signal.aborted) await sleep(ms, undefined, { signal: hurry.signal }).catch(() => undefined);
  };
  return { asked, hurry: hurry.signal, now: () => ask(false), pause };
}
