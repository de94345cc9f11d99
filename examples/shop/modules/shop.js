// The application: one page's view under the navigation. What it imports by name, the import map says where it is.
/* global document */
import { h, render } from 'preact';
import { Nav } from 'nav';
import 'stars';

/** Loaded only on the page that shows it: names in `import()` go through the map too. */
const VIEWS = {
  catalog: () => import('catalog').then(({ Catalog }) => Catalog),
  cart: () => import('cart').then(({ Cart }) => Cart),
  checkout: () => import('checkout').then(({ Checkout }) => Checkout),
};

/** The shop does without an announcement: a map without the module is a page without it. */
const announcement = import('announcement').then(
  ({ Announcement }) => Announcement,
  () => () => null,
);

const page = document.body.dataset.page;
const [View, Announcement] = await Promise.all([VIEWS[page](), announcement]);
render(h('div', null, h(Announcement), h(Nav, { page }), h('main', null, h(View))), document.querySelector('#app'));
document.body.dataset.ready = 'yes';
