// What is injected by name, since an interface leaves nothing behind that could be asked for.

export const CONFIG = Symbol('stampline:config');
export const LOGGER = Symbol('stampline:logger');
