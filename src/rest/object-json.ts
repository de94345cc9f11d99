// An object as Postgres has made it: JSON text, ready to go out.

export interface ObjectJson {
  /** The object as the endpoint shows it. */
  readonly body: string;
  /** Its version where the resource has versions, else null. */
  readonly version: number | null;
}
