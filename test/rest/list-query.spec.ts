// Paging as a query says it, and the links of a page.
import { listBody } from '../../src/rest/http/list-reply.js';
import { lastOf, parsePage } from '../../src/rest/reading/list-query.js';
import type { ListPage } from '../../src/rest/reading/list-reader.js';

it.each([
  [{}, { limit: 20, offset: 0, after: undefined }],
  [{ limit: '0' }, { limit: 1000, offset: 0, after: undefined }],
  [
    { limit: '1000', offset: '7' },
    { limit: 1000, offset: 7, after: undefined },
  ],
  [{ limit: '5000' }, { limit: 1000, offset: 0, after: undefined }],
  [{ limit: ['x', '3'] }, { limit: 3, offset: 0, after: undefined }],
  [{ limit: '+3' }, { limit: 3, offset: 0, after: undefined }],
  [
    { after: '0', offset: '40' },
    { limit: 20, offset: 0, after: 0 },
  ],
  [{ offset: '9'.repeat(30) }, { limit: 20, offset: Number.MAX_SAFE_INTEGER, after: undefined }],
])('%j is the page %j', (query, page) => expect(parsePage(query)).toEqual(page));

it.each([
  [{ limit: '' }, "Invalid limit '' provided. Please provide a positive integer."],
  [{ offset: '' }, "Invalid offset '' provided. Please provide an integer."],
  [{ limit: 'abc' }, "Invalid limit 'abc' provided. Please provide a positive integer."],
  [{ limit: '-1' }, "Invalid limit '-1' provided. Please provide a positive integer >= 0."],
  [{ limit: '1e2' }, "Invalid limit '1e2' provided. Please provide a positive integer."],
  [{ offset: 'abc' }, "Invalid offset 'abc' provided. Please provide an integer."],
  [{ offset: '-5' }, "Invalid offset '-5' provided. Please provide a positive integer >= 0."],
  [{ after: '-5' }, "Invalid after '-5' provided. Please provide an id, 0 for the first page."],
  [{ after: '5', sort_by: 'id' }, '?after= pages in the order of id: leave out order_by, or page with offset.'],
])('%j is refused', (query, text) => expect(() => parsePage(query)).toThrow(text));

it('takes the last of repeated values', () => {
  expect([lastOf(undefined), lastOf('a'), lastOf(['a', 'b'])]).toEqual([undefined, 'a', 'b']);
});

const page = (given: Partial<ListPage>): ListPage => ({
  limit: 10,
  offset: 0,
  after: undefined,
  objects: '',
  lastId: null,
  rows: 0,
  total: 0,
  ...given,
});
const metaOf = (search: string, given: Partial<ListPage>): Record<string, unknown> =>
  (JSON.parse(listBody('/l/', search, page(given))) as { meta: Record<string, unknown> }).meta;

it('shows the objects as they come', () => {
  expect(listBody('/l/', '', page({ objects: '{"id":1},{"id":2}', total: 2 }))).toContain(
    '"objects":[{"id":1},{"id":2}]}',
  );
});

it('links to the next page while there is one, and back while a whole page lies before', () => {
  expect(metaOf('', { total: 10 })).toMatchObject({ next: null, previous: null });
  expect(metaOf('', { total: 11 })).toMatchObject({ next: '/l/?limit=10&offset=10', previous: null });
  expect(metaOf('offset=3&a=b', { total: 30, offset: 3 })).toMatchObject({
    next: '/l/?offset=13&a=b&limit=10',
    previous: null,
  });
  expect(metaOf('', { total: 30, offset: 10 })).toMatchObject({ previous: '/l/?limit=10&offset=0' });
});

it('links keyed pages by the last id', () => {
  expect(metaOf('after=0', { after: 0, rows: 10, lastId: '17', total: null })).toEqual({
    limit: 10,
    next: '/l/?after=17&limit=10',
    offset: 0,
    previous: null,
    total_count: null,
  });
  expect(metaOf('after=17', { after: 17, rows: 9, lastId: '26', total: null })).toMatchObject({ next: null });
});
