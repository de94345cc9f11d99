// The resolver against the HTML standard, in cases of our own; web-platform-tests' run by `npm run test:conformance`.
import { ImportMapError, parseImportMap } from '../../../src/import-maps/domain/parse.js';
import { resolveSpecifier } from '../../../src/import-maps/domain/resolve.js';

const { map } = parseImportMap(
  JSON.stringify({
    imports: {
      cart: '/cart.js',
      'cart/': '/cart/',
      'cart/deep/': '/elsewhere/',
      'cart/gone/': 7,
      'data/': 'data:text/javascript,/',
      lost: null,
      'https://cdn.example/': '/mirror/',
      'blah:x/': '/blah/',
      '/': '/root/',
    },
    scopes: {
      '/admin/': { cart: '/admin-cart.js', only: '/only.js', lost: '/found.js' },
      '/admin/users/': { cart: '/users-cart.js' },
      '/admin': { cart: '/page-cart.js' },
      '/admin/exact.js': { cart: '/exact-cart.js' },
      '/closed/': { only: null },
    },
  }),
  'https://shop.example/',
);
const at = (path: string) => `https://shop.example${path}`;

test.each([
  ['cart', '/app.js', at('/cart.js')],
  ['cart/', '/app.js', at('/cart/')],
  ['cart/a/b.js', '/app.js', at('/cart/a/b.js')],
  ['cart/a?b#c', '/app.js', at('/cart/a?b#c')],
  ['cart/deep/x.js', '/app.js', at('/elsewhere/x.js')],
  ['cart/deep', '/app.js', at('/cart/deep')],
  ['cart/./a/../b.js', '/app.js', at('/cart/b.js')],
  ['https://cdn.example/x.js', '/app.js', at('/mirror/x.js')],
  ['https:cdn.example', '/app.js', at('/mirror/')],
  ['https://other.example/x.js', '/app.js', 'https://other.example/x.js'],
  ['blah:x/y', '/app.js', 'blah:x/y'],
  ['blah:x/', '/app.js', at('/blah/')],
  ['./x.js', '/a/app.js', at('/root/a/x.js')],
  ['cart', '/admin/app.js', at('/admin-cart.js')],
  ['cart', '/admin/users/app.js', at('/users-cart.js')],
  ['cart', '/admin', at('/page-cart.js')],
  ['cart', '/adminx', at('/cart.js')],
  ['cart', '/admin/exact.js', at('/exact-cart.js')],
  ['only', '/admin/users/app.js', at('/only.js')],
  ['lost', '/admin/app.js', at('/found.js')],
  ['cart', '/closed/app.js', at('/cart.js')],
])('%s in %s', (specifier, importer, expected) => {
  expect(resolveSpecifier(specifier, map, at(importer))).toBe(expected);
});

test.each([
  ['nav', '/app.js', 'specifier.unmapped', 'The map has no entry for nav.'],
  ['cartx', '/app.js', 'specifier.unmapped', 'The map has no entry for cartx.'],
  ['only', '/app.js', 'specifier.unmapped', 'The map has no entry for only.'],
  ['lost', '/app.js', 'specifier.blocked', 'The address of lost was ignored: it is not valid.'],
  ['only', '/closed/app.js', 'specifier.blocked', 'The address of only was ignored: it is not valid.'],
  ['cart/gone/x', '/app.js', 'specifier.blocked', 'The address of cart/gone/ was ignored: it is not valid.'],
  ['cart/../x', '/app.js', 'specifier.backtracks', `../x resolves outside ${at('/cart/')}, or is not valid in a URL.`],
  ['data/x', '/app.js', 'specifier.backtracks', 'x resolves outside data:text/javascript,/, or is not valid in a URL.'],
])('%s in %s leads nowhere', (specifier, importer, code, message) => {
  const resolving = () => resolveSpecifier(specifier, map, at(importer));
  expect(resolving).toThrow(ImportMapError);
  expect(resolving).toThrow(expect.objectContaining({ name: 'TypeError', code, message }));
});
