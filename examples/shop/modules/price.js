// How an amount of money is written. The catalog and the cart import it, the page doesn't: a deep import.
const EURO = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

export const price = (cents) => EURO.format(cents / 100);
