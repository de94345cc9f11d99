// What a kept script imports, as it is kept beside its bytes.

/** Specifiers as they stand in it, each once, sorted. Those of `dynamic` are in no static import. */
export interface ScriptImports {
  readonly static: readonly string[];
  readonly dynamic: readonly string[];
}
