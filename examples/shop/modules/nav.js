// The line at the top: where one can go, and how much is in the cart.
import { h } from 'preact';
import { useBasket } from 'basket';

const PAGES = [
  ['catalog', '/', 'Teas'],
  ['cart', '/cart.html', 'Cart'],
  ['checkout', '/checkout.html', 'Checkout'],
];

export function Nav({ page }) {
  const { count } = useBasket();
  const links = PAGES.map(([name, href, text]) =>
    h('a', { href, class: name === page ? 'here' : '', id: `to-${name}` }, text),
  );
  return h('nav', null, h('a', { class: 'brand', href: '/' }, 'Tea shop'), ...links, h('output', null, `${count}`));
}
