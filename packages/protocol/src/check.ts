/**
 * What a value must be: the path of the first part of it that is not, or undefined. For what the browser reads; five
 * combinators, because a library costs it over a kilobyte. What clients say is checked by valibot, in the server.
 */
export interface Check<Value> {
  (value: unknown, path: string): string | undefined
  /** Never there: it makes a check of one type differ from a check of another. */
  readonly of?: Value
}

export const text: Check<string> = typed('string')
export const number: Check<number> = typed('number')
export const flag: Check<boolean> = typed('boolean')

export function oneOf<Value>(values: readonly Value[]): Check<Value> {
  return (value, path) => (values.includes(value as Value) ? undefined : path) // any value may be looked for
}

/** Or what stands for nothing: `undefined` (a field that is not there) or `null`. */
export function or<Value, Nothing extends null | undefined>(nothing: Nothing, check: Check<Value>): Check<Value | Nothing> {
  return (value, path) => (value === nothing ? undefined : check(value, path))
}

export function listOf<Value>(check: Check<Value>): Check<readonly Value[]> {
  return (value, path) => (Array.isArray(value) ? firstBad(value.map((item: unknown, index) => check(item, `${path}.${index}`))) : path)
}

/** A check for each field; a value that is no object has none of them. Other fields are left alone. */
export function fieldsOf<Value>(checks: { readonly [Field in keyof Value]-?: Check<Value[Field]> }): Check<Value> {
  return (value, path) => {
    const fields = Object(value) as Readonly<Record<string, unknown>> // of anything, perhaps undefined
    return firstBad(Object.entries<Check<unknown>>(checks).map(([name, check]) => check(fields[name], path === '' ? name : `${path}.${name}`)))
  }
}

function typed<Value>(type: string): Check<Value> {
  return (value, path) => (typeof value === type ? undefined : path)
}

function firstBad(paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined)
}
