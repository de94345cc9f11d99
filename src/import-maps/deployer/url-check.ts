// Whether the URLs that come in lead to something: each is called once, a few at a time. Folders (`…/`) aren't called: nothing
// has to answer at them; nor is what is relative to a page. Modules that are kept here are looked up when they are written (store/hosted-modules.ts).
import { Injectable } from '@nestjs/common';
import { DomainError, invalid } from '../../platform/errors.js';
import { FetchGuard } from '../../platform/outgoing/fetch-guard.js';
import type { AcceptedMap } from '../domain/accepted-map.js';
import { isRelative } from '../domain/url-like.js';
import { quoted } from '../../platform/redact.js';

const MOST_URLS = 200;
const AT_ONCE = 8;

@Injectable()
export class UrlCheck {
  constructor(private readonly fetches: FetchGuard) {}

  /** `owner`: for whom names are looked up. Rejects with invalid, naming the first that leads nowhere or isn't to be called. */
  async run(map: AcceptedMap, owner: string): Promise<void> {
    const sections = [map.imports, ...map.scopes.values()];
    const urls = [...new Set(sections.flatMap((section) => [...section.values()].map(({ url }) => url)))];
    const queue = urls.filter((url) => !url.endsWith('/') && !isRelative(url));
    if (queue.length > MOST_URLS)
      throw invalid(
        'url.too_many',
        `At most ${MOST_URLS} URLs are checked at once. Send fewer, or add skip_url_check.`,
      );
    const lane = async (): Promise<void> => {
      for (let url = queue.shift(); url !== undefined; url = queue.shift()) await this.requireThere(url, owner);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  private async requireThere(url: string, owner: string): Promise<void> {
    const status = await this.fetches.statusOf(url, owner).catch((error: unknown) => {
      throw error instanceof DomainError ? error.saying(error.message, {}, 'invalid') : error;
    });
    if (status < 200 || status >= 400) throw unreachable(url, `it answers ${status}`);
  }
}

const unreachable = (url: string, why: string): DomainError =>
  invalid('fetch.unreachable', `${quoted(url, 300)} is not reachable: ${why}. Upload it first, or add skip_url_check.`);
