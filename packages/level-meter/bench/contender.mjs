import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Starts a process that measures on demand: it prints "ready <version>" once warm, then answers every line with the ns one
 * round took and what it read. So rounds of several processes alternate, and only one runs at a time.
 */
export async function startContender(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${command} ${args.join(' ')} ended before it had answered`)
    return value.split(' ')
  }
  const [, version] = await nextLine()
  return {
    version,
    async round() {
      child.stdin.write('run\n')
      const [nanoseconds, integrated, truePeak] = (await nextLine()).map(Number)
      return { nanoseconds, integrated, truePeak }
    },
    stop: () => child.stdin.end(),
  }
}
