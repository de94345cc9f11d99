// Operations that move production's pointer wait for their turn with the others that do, and without a connection.
import { commitBy, type CommitBy } from '../../rest/operations/operation.js';
import { type PointerOf, ProductionWriters } from './production-writers.js';

/** `endsWithRelease`: a direct write to production, which sends nothing behind it. */
export const inTurn = <At>(pointerOf: (at: At) => PointerOf, { endsWithRelease = false } = {}): CommitBy<At> =>
  commitBy({
    by: ProductionWriters,
    through: (writers, { at, request }) => writers.commitOf(request, pointerOf(at), endsWithRelease),
  });
