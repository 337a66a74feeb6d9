/** Longest summary of one callback, characters. */
export const MAX_SUMMARY: number = 600
const MAX_DEPTH = 5

/** The payload of a callback in one readable line: PCM as its number of samples, media objects by what they hold. */
export function summarise(payload: unknown): string {
  const text = describe(payload, 0)
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY - 1)}…` : text
}

function describe(value: unknown, depth: number): string {
  if (typeof value === 'string') return depth === 0 ? value : quoted(value)
  if (typeof value === 'number') return number(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (depth === MAX_DEPTH) return '…'
  if (value instanceof Float32Array) return samples([value])
  if (Array.isArray(value)) return list(value, depth)
  return object(value, depth)
}

function list(values: readonly unknown[], depth: number): string {
  const blocks = values.filter((value) => value instanceof Float32Array)
  if (blocks.length > 0 && blocks.length === values.length) return samples(blocks)
  return `[${values.map((value) => describe(value, depth + 1)).join(', ')}]`
}

function samples(blocks: readonly Float32Array[]): string {
  return `${blocks.reduce((sum, block) => sum + block.length, 0)} samples`
}

function object(value: object, depth: number): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (isStream(value)) return `${kind} of ${value.getTracks().map((track) => `${track.kind} ${track.id}`).join(' and ') || 'nothing'}`
  const fields = fieldsOf(value, depth)
  const text = fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
  if (value instanceof Error) return `${value.name} ${text}`
  return kind === 'Object' ? text : `${kind} ${text}`
}

/** `onMedia` says its numbers twice, flat and under `data`: an object that only repeats its neighbours is written `{…}`. */
function fieldsOf(value: object, depth: number): readonly string[] {
  const hidden = value instanceof Error ? [['message', value.message] as const] : [] // an error's own message is not enumerable
  const pairs = [...hidden, ...Object.entries(value)].filter(([, field]) => typeof field !== 'function' && field !== undefined)
  const texts = pairs.map(([name, field]) => `${name}: ${describe(field, depth + 1)}`)
  return texts.map((text, index) => {
    const [name, field] = pairs[index] ?? []
    return repeats(field, texts.slice(0, index), depth) ? `${name}: {…}` : text
  })
}

function repeats(field: unknown, before: readonly string[], depth: number): boolean {
  if (typeof field !== 'object' || field === null || Array.isArray(field) || depth + 1 >= MAX_DEPTH) return false
  const fields = fieldsOf(field, depth + 1)
  return fields.length > 0 && fields.every((text) => before.includes(text))
}

function isStream(value: object): value is { getTracks(): readonly { kind: string; id: string }[] } {
  return 'getTracks' in value && typeof value.getTracks === 'function'
}

/** Bare where it cannot be mistaken for something else. */
function quoted(text: string): string {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(text) && !['true', 'false', 'null', 'undefined', 'NaN', 'Infinity'].includes(text) ? text : JSON.stringify(text)
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}
