// The cart: what is in it and what it comes to.
import { h } from 'preact';
import sumBy from 'lodash-es/sumBy.js';
import { put, useBasket } from 'basket';
import { price } from 'price';
import { teaNamed } from 'teas';

export function linesOf(basket) {
  const lines = Object.entries(basket).map(([id, amount]) => ({ ...teaNamed(id), amount }));
  return lines.map((line) => ({ ...line, total: line.cents * line.amount }));
}

export const totalOf = (lines) => sumBy(lines, 'total');

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
    h('p', { class: 'total' }, 'Total ', h('b', { id: 'total' }, price(totalOf(lines)))),
  );
}
