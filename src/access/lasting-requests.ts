// An answer that lasts, such as the stream, ends when the token that it was asked with does: on every server within five
// seconds, as everything else is refused (promises.md, "Who may do what").
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { KnownTokens } from './known-tokens.js';

const LOOK_EVERY_MS = 2000;

@Injectable()
export class LastingRequests implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly open = new Map<ServerResponse, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly tokens: KnownTokens) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Until the answer is over. */
  watch(answer: ServerResponse, token: string): void {
    this.open.set(answer, token);
    answer.once('close', () => this.open.delete(answer));
  }

  private async look(): Promise<void> {
    for (const token of new Set(this.open.values())) {
      // A database that doesn't answer says nothing of a token.
      const counts = await this.tokens.principal(token).then(Boolean, () => true);
      if (!counts) for (const [answer, of] of this.open) if (of === token) answer.destroy();
    }
  }
}
