// The last page: what will be paid.
import { h } from 'preact';
import { linesOf, totalOf } from 'cart';
import { useBasket } from 'basket';
import { price } from 'price';

export function Checkout() {
  const total = totalOf(linesOf(useBasket().basket));
  return h(
    'section',
    null,
    h('h2', null, 'Checkout'),
    h('p', null, 'To pay: ', h('b', { id: 'to-pay' }, price(total))),
    h('button', { disabled: total === 0 }, 'Order'),
  );
}
