// What was said beside the arguments.

/** The values of a verb's options, by their long names in camelCase. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The value of an option that takes a text; undefined where it wasn't given. */
export const textOf = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** The values of an option that may be repeated. */
export const textsOf = (options: Options, name: string): readonly string[] => {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
};
