// Whether previews need a key: where the server asks for tokens to read, and the project doesn't open them.
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { CONFIG } from '../platform/injection-tokens.js';

@Injectable()
export class PreviewLocks {
  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'access'>) {}

  /** True where the server asks for tokens, so that it knows who speaks. */
  get asksTokens(): boolean {
    return this.config.access.required;
  }

  /** `openPreviews`: the project's setting. */
  isLocked(openPreviews: boolean): boolean {
    const { required, publicRead } = this.config.access;
    return required && !publicRead && !openPreviews;
  }
}
