// Says where in a body of several parts an error happened: `objects[1]`, `subtickets[1].version`.
import { DomainError, type ErrorDetails } from '../../platform/errors.js';

/** Runs the work of one part; what it throws names the part, down to the field where only one is at fault. */
export async function locateError<T>(part: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError) || part === '') throw error;
    const fields = Object.keys(error.details.fields ?? {});
    const field = error.details.part ?? (fields.length === 1 ? fields[0] : undefined);
    const at = field === undefined ? part : `${part}.${field}`;
    const { narrowed } = error.details;
    const kind = error.kind === 'not_found' ? 'invalid' : error.kind;
    const said = `${fields.length > 0 ? part : at}: ${error.message}`;
    const told: ErrorDetails = narrowed
      ? { narrowed: (reached) => `${fields.length > 0 ? part : at}: ${narrowed(reached)}` }
      : {};
    throw error.saying(said, { ...error.details, ...told, part: at }, kind);
  }
}
