// The requests that are being answered, so that shutting down waits for them and for nothing else.
import type { Server, ServerResponse } from 'node:http';

export class EndRevokedStreams {
  private open = 0;
  private leaving = false;
  private onNone: (() => void) | undefined;

  constructor(private readonly server: Server) {
    server.prependListener('request', (_request, response) => this.opened(response));
  }

  private opened(response: ServerResponse): void {
    this.open += 1;
    // Who is told so sends the next request on another connection, not into the moment in which this one is closed.
    if (this.leaving) response.setHeader('connection', 'close');
    response.once('close', () => {
      this.open -= 1;
      if (this.open === 0) this.onNone?.();
    });
  }

  /** From now on each reply ends its connection. */
  leave(): void {
    this.leaving = true;
  }

  /** Resolves when all are answered, or after `ms`, or on `hurry`; then every connection that is still there is cut. */
  async finish(ms: number, hurry: AbortSignal): Promise<void> {
    if (this.open > 0) {
      await new Promise<void>((resolve) => {
        this.onNone = resolve;
        setTimeout(resolve, ms).unref();
        hurry.addEventListener('abort', () => resolve(), { once: true });
        if (hurry.aborted) resolve();
      });
    }
    this.server.closeAllConnections();
  }
}
