// Calls a URL that a client named, to see whether something is there. Every address that its name has is checked and the
// one that is called is pinned, so that a name can't point elsewhere between the two; redirects aren't followed; nothing of
// the answer but its status is read.
import { Inject, Injectable } from '@nestjs/common';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { DomainError } from '../errors.js';
import type { Config } from '../../config.js';
import { CONFIG } from '../injection-tokens.js';
import { AddressGuard } from './address-guard.js';
import { NameLookup, type Target } from './name-lookup.js';
import { quoted } from '../redact.js';

/** From looking the name up to the answer's head. */
const LONGEST_MS = 5000;

@Injectable()
export class FetchGuard {
  private readonly guard: AddressGuard;
  private readonly names: NameLookup;

  constructor(@Inject(CONFIG) config: Config) {
    this.guard = new AddressGuard(config);
    this.names = new NameLookup(config.dnsServers);
  }

  /**
   * The status that a GET of an http(s) URL answers, for this owner (`Principal`, or an address). Rejects with unprocessable: `fetch.refused` where the address isn't to
   * be called, `fetch.unreachable` where nobody answers in time.
   */
  async statusOf(text: string, owner: string): Promise<number> {
    const url = new URL(text);
    const late = AbortSignal.timeout(LONGEST_MS);
    const target = await this.targetOf(url, owner, late);
    return ask(url, target, late);
  }

  /** A name with one bad address among good ones is refused: which one would be called is chance. */
  private async targetOf(url: URL, owner: string, late: AbortSignal): Promise<Target> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const family = net.isIP(host);
    const targets =
      family > 0
        ? [{ address: host, family }]
        : await this.names.addressesOf(host, owner, late).catch((error: unknown) => {
            throw unreachable(url, whyNoAddress(error), error);
          });
    const bad = this.guard.allowsName(host)
      ? undefined
      : targets.find(({ address }) => !this.guard.allowsAddress(address));
    if (bad) throw refused(url, host, bad.address);
    return targets[0] as Target;
  }
}

/** What the resolver says is for the operator, but for whether anybody answered it. */
function whyNoAddress(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' || code === 'ENODATA'
    ? 'its name has no address'
    : 'its name was not found in time, or its name server does not answer';
}

function ask(url: URL, { address, family }: Target, signal: AbortSignal): Promise<number> {
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = get(url, {
      agent: false,
      signal,
      headers: { 'user-agent': 'stampline', accept: '*/*' },
      // Node asks for one address or for all, as it likes.
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
    });
    request.on('error', (error) => reject(unreachable(url, 'no server answers there', error)));
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
  });
}

const refused = (url: URL, host: string, address: string): DomainError =>
  new DomainError(
    'unprocessable',
    'fetch.refused',
    `${shown(url)} was not called: ${host === address ? host : `${host} is ${address}, which`} is not a public address. Add it to STAMPLINE_FETCH_ALLOW to allow it.`,
  );

const unreachable = (url: URL, why: string, cause?: unknown): DomainError =>
  new DomainError('unprocessable', 'fetch.unreachable', `${shown(url)} is not reachable: ${why}.`, { cause });

/** Without a user's name and password. */
function shown({ protocol, host, pathname, search }: URL): string {
  const text = `${protocol}//${host}${pathname}${search}`;
  return text.length > 300 ? `${quoted(text, 299)}…` : text;
}
