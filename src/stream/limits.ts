// What the stream costs at most, and its pace.
import { Injectable } from '@nestjs/common';

@Injectable()
export class StreamLimits {
  /** Subscribers of one process; beyond that the answer is 503. */
  subscribers = 10_000;
  /** Bytes that may wait for one reader. One who is further behind gets no more before it has taken these. */
  queuedBytes = 256 * 1024;
  /** How long it may take for that; then it is dropped, and comes back where it was. */
  stalledMs = 15_000;
  /** A comment, when nothing else was sent for this long. */
  heartbeatMs = 15_000;
  /** How soon a reader whose connection ended comes back. */
  retryMs = 2000;
  /** The latest events that are kept in memory. */
  ring = 4096;
  /** Statements at a time that read old events, so that readers who come back together leave the pool to the requests. */
  replays = 3;
}
