// Which methods each URL answers to: what OPTIONS and a 405 say, also where a route with a parameter would take the request.
import type { FastifyRequest } from 'fastify';

const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const SCHEMA = '/schema';

type Pattern = readonly [parts: readonly string[], methods: ReadonlySet<string>];

export class RouteMethods {
  private readonly methods = new Map<string, Set<string>>();
  private sorted: readonly Pattern[] | undefined;
  private hiddenWords: ReadonlySet<string> | undefined;

  add(url: string, methods: readonly string[]): void {
    const known = this.methods.get(url) ?? new Set();
    for (const method of methods) known.add(method);
    this.methods.set(url, known);
    // A collection is there even where none of its methods is: its schema says so.
    if (url.endsWith(SCHEMA)) this.add(url.slice(0, -SCHEMA.length), []);
    this.sorted = this.hiddenWords = undefined;
  }

  /** `GET,POST,…` for a path; the route that Fastify would prefer (fewer parameters) decides. Undefined where there is none. */
  of(url: string): string[] | undefined {
    const path = partsOf(url.split('?', 1)[0] ?? '');
    const found = this.patterns().find(([pattern]) => fits(pattern, path));
    return found && ORDER.filter((method) => found[1].has(method));
  }

  /** True where `schema` in `ticket/schema/` would be taken for an id, since the URL itself doesn't answer to this method. */
  hides({ params, url, method }: FastifyRequest): boolean {
    for (const value of Object.values(params as Record<string, string>)) {
      if (!this.words().has(value)) continue;
      const allowed = this.of(url) ?? [];
      return !allowed.includes(method === 'HEAD' ? 'GET' : method);
    }
    return false;
  }

  private patterns(): readonly Pattern[] {
    this.sorted ??= [...this.methods]
      .filter(([pattern]) => !pattern.includes('*'))
      .sort(([one], [other]) => one.split(':').length - other.split(':').length)
      .map(([pattern, methods]) => [partsOf(pattern), methods]);
    return this.sorted;
  }

  /** What stands in one route where another has a parameter. */
  private words(): ReadonlySet<string> {
    if (this.hiddenWords) return this.hiddenWords;
    const parts = this.patterns().map(([pattern]) => pattern);
    const words = new Set<string>();
    for (const pattern of parts.filter((one) => one.some(isParameter)))
      for (const other of parts)
        if (other !== pattern && fits(pattern, other))
          pattern.forEach((part, place) => {
            if (isParameter(part) && !isParameter(other[place] ?? ':')) words.add(other[place] ?? '');
          });
    this.hiddenWords = words;
    return words;
  }
}

const isParameter = (part: string): boolean => part.startsWith(':');

/** The parts of a path; a slash at its end makes none. */
const partsOf = (path: string): string[] => path.replace(/(.)\/$/, '$1').split('/');

/** `['', 'ticket', ':id']` fits `/ticket/7`. */
const fits = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.length === path.length &&
  pattern.every((part, place) => part === path[place] || (isParameter(part) && path[place] !== ''));
