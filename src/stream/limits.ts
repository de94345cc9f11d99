// What the stream costs at most, and its pace.
import { Injectable } from '@nestjs/common';

@Injectable()
export class StreamLimits {
  /** Subscribers of one process; beyond that the answer is 503. */
  subscribers = 10_000;
  /** Bytes that may wait for one reader; a reader who is further behind is dropped and comes back where it was. */
  queuedBytes = 1024 * 1024;
  /** A comment, when nothing else was sent for this long. */
  heartbeatMs = 15_000;
  /** How soon a reader whose connection ended comes back. */
  retryMs = 2000;
  /** How long a reader who replays may leave its connection full. */
  stalledMs = 30_000;
  /** The latest events that are kept in memory. */
  ring = 4096;
  /** Statements at a time that read old events, so that readers who come back together leave the pool to the requests. */
  replays = 3;
}
