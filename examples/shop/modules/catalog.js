// The teas, by kind.
import { h } from 'preact';
import groupBy from 'lodash-es/groupBy.js';
import { put } from 'basket';
import { price } from 'price';
import { TEAS } from 'teas';

function Tea({ id, name, from, cents, stars, colour }) {
  return h(
    'article',
    { id: `tea-${id}` },
    h('div', { class: 'swatch', ref: (element) => element?.style.setProperty('background', colour) }),
    h('h3', null, name),
    h('p', null, from, ' · ', h('tea-stars', { value: stars })),
    h('p', { class: 'buy' }, h('b', null, price(cents)), h('button', { onClick: () => put(id, 1) }, 'Add')),
  );
}

export function Catalog() {
  const kinds = Object.entries(groupBy(TEAS, 'kind'));
  return kinds.map(([kind, teas]) =>
    h('section', null, h('h2', null, kind), h('div', { class: 'teas' }, ...teas.map((tea) => h(Tea, tea)))),
  );
}
