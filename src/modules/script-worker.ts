// The thread that reads large scripts: a ScriptTask comes, `{read}` goes back, or the refusal that it came to.
import { parentPort } from 'node:worker_threads';
import { DomainError, type ErrorDetails, type ErrorKind } from '../platform/errors.js';
import { readScript, type ScriptRead, type ScriptTask } from './read-script.js';
import type { RefusalCode } from '../platform/refusals/refusals.js';

/** A refusal can't go from one thread to another as it is. */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly code: RefusalCode;
  readonly message: string;
  readonly part: ErrorDetails['part'];
}

export type WorkerAnswer = { readonly read: ScriptRead } | { readonly refusal: Refusal };

async function answer(task: ScriptTask): Promise<WorkerAnswer> {
  try {
    return { read: await readScript(task) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { kind, code, message, details } = error;
    return { refusal: { kind, code, message, part: details.part } };
  }
}

parentPort?.on('message', (task: ScriptTask) => void answer(task).then((result) => parentPort?.postMessage(result)));
