const codeSection = 10
const opcodes = { end: 0x0b, unreachable: 0x00 } as const

/**
 * The same module with every function body replaced: 'nothing' returns at once and computes nothing, 'trap' throws a
 * RuntimeError. Only for functions without a result.
 */
export function replaceFunctionBodies(module: Uint8Array, by: 'nothing' | 'trap'): Uint8Array<ArrayBuffer> {
  const body = by === 'trap' ? [0, opcodes.unreachable, opcodes.end] : [0, opcodes.end]
  const mutated: number[] = [...module.subarray(0, 8)]
  let position = 8
  while (position < module.length) {
    const id = module[position] as number // position < length
    const size = readUnsigned(module, position + 1)
    const contents = module.subarray(size.next, size.next + size.value)
    if (id === codeSection) {
      const { value: count } = readUnsigned(contents, 0)
      const bodies = Array.from({ length: count }, () => [body.length, ...body]).flat()
      const section = [...writeUnsigned(count), ...bodies]
      mutated.push(id, ...writeUnsigned(section.length), ...section)
    } else {
      mutated.push(...module.subarray(position, size.next), ...contents)
    }
    position = size.next + size.value
  }
  return Uint8Array.from(mutated)
}

function readUnsigned(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0
  for (let next = start, shift = 0; ; shift += 7) {
    const byte = bytes[next++] as number // a valid module ends no number early
    value |= (byte & 127) << shift
    if (byte < 128) return { value, next }
  }
}

function writeUnsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...writeUnsigned(value >>> 7)]
}
