// What was put into the cart, in this browser.
/* global localStorage */
import { useEffect, useState } from 'preact/hooks';

const KEY = 'basket';
const changed = new EventTarget();

/** `{<tea's id>: <how many>}` */
export const read = () => JSON.parse(localStorage.getItem(KEY) ?? '{}');

export function put(id, amount) {
  const basket = { ...read(), [id]: (read()[id] ?? 0) + amount };
  if (basket[id] <= 0) delete basket[id];
  localStorage.setItem(KEY, JSON.stringify(basket));
  changed.dispatchEvent(new Event('change'));
}

export function useBasket() {
  const [basket, setBasket] = useState(read);
  useEffect(() => {
    const update = () => setBasket(read());
    changed.addEventListener('change', update);
    return () => changed.removeEventListener('change', update);
  }, []);
  return { basket, count: Object.values(basket).reduce((sum, amount) => sum + amount, 0) };
}
