// The icon of the pages, inside them: nothing more to load, and their policy lets images be data.

const SVG = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' fill='#1565c0'/><path fill='#fff' d='M6 2h4v3l-1 3h3v3H4V8h3L6 5zM4 12h8v2H4z'/></svg>`;

/** For a page's head. */
export const PAGE_ICON = `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(SVG)}">`;
