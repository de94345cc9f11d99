// The change of a ticket: shipping is part of the cart, and free from 30 € on.
import { h } from 'preact';
import sumBy from 'lodash-es/sumBy.js';
import { put, useBasket } from 'basket';
import { price } from 'price';
import { teaNamed } from 'teas';

export function linesOf(basket) {
  const lines = Object.entries(basket).map(([id, amount]) => ({ ...teaNamed(id), amount }));
  return lines.map((line) => ({ ...line, total: line.cents * line.amount }));
}

const FREE_FROM = 3000;
const SHIPPING = 490;

const goodsOf = (lines) => sumBy(lines, 'total');

const shippingOf = (lines) => (goodsOf(lines) >= FREE_FROM ? 0 : SHIPPING);

export const totalOf = (lines) => goodsOf(lines) + (lines.length > 0 ? shippingOf(lines) : 0);

const Line = ({ id, name, amount, total }) =>
  h(
    'tr',
    null,
    h('td', null, name),
    h('td', null, `${amount} × 100 g`),
    h('td', { class: 'money' }, price(total)),
    h('td', null, h('button', { title: 'One less', onClick: () => put(id, -1) }, '−')),
  );

export function Cart() {
  const lines = linesOf(useBasket().basket);
  if (lines.length === 0) return h('p', { id: 'empty' }, 'Nothing in the cart yet.');
  return h(
    'section',
    { id: 'cart' },
    h('h2', null, 'Your cart'),
    h('table', null, ...lines.map((line) => h(Line, line))),
    h('p', { id: 'shipping' }, shippingOf(lines) === 0 ? 'Free shipping' : `Shipping ${price(shippingOf(lines))}`),
    h('p', { class: 'total' }, 'Total ', h('b', { id: 'total' }, price(totalOf(lines)))),
  );
}
