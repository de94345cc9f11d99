// A page of a list as Tastypie shows it: `{"meta": …, "objects": […]}`, with links that keep the other parameters.
import type { ListPage } from '../reading/list-reader.js';

export const listBody = (path: string, search: string, page: ListPage): string =>
  `${listHead(path, search, page)}${page.objects}]}`;

/** Up to where the objects begin. */
export function listHead(path: string, search: string, page: Omit<ListPage, 'objects'>): string {
  const meta = page.after === undefined ? offsetMeta(path, search, page) : keyedMeta(path, search, page);
  return `{"meta":${JSON.stringify(meta)},"objects":[`;
}

function offsetMeta(path: string, search: string, page: Omit<ListPage, 'objects'>): object {
  const { limit, offset } = page;
  const total = page.total ?? 0;
  return {
    limit,
    next: offset + limit < total ? link(path, search, { limit, offset: offset + limit }) : null,
    offset,
    previous: offset - limit < 0 ? null : link(path, search, { limit, offset: offset - limit }),
    total_count: total,
  };
}

function keyedMeta(path: string, search: string, page: Omit<ListPage, 'objects'>): object {
  const { limit } = page;
  const next = page.rows === limit ? link(path, search, { limit, after: page.lastId ?? 0 }) : null;
  return { limit, next, offset: 0, previous: null, total_count: null };
}

function link(path: string, search: string, set: Record<string, string | number>): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(set)) query.set(name, String(value));
  return `${path}?${query.toString()}`;
}
