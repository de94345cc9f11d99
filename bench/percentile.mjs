// Shares of what was measured.

/** The value below which `share` (0 to 1) of the values lie. */
export const percentile = (values, share) =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))];
