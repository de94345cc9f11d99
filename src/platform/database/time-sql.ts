// How a time is written in answers, by the database: RFC 3339, UTC, microseconds, `Z`. wireTime() of time-text.ts writes the same.

/** SQL of the text of a timestamptz. */
export const utcSql = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
