// Words that schemas of replies are written with, for the OpenAPI document.

export const text = (description: string, more: object = {}): object => ({ type: 'string', description, ...more });
export const whole = (description: string): object => ({ type: 'integer', description });
export const list = (description: string, items: object): object => ({ type: 'array', description, items });
export const object = (
  description: string,
  properties: Record<string, object>,
  required = Object.keys(properties),
): object => ({ type: 'object', description, properties, required });
