import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer, type ChannelServer } from './channel-server.ts'

/**
 * V8's kinds of nodes that a program makes as it runs; true: counted by class. The others, code, shapes and V8's own tables, grow for as long
 * as more of the program is compiled.
 */
const kinds = { object: true, native: true, closure: false, array: false, string: false, number: false, bigint: false, regexp: false, symbol: false } as const

/** The parts of a snapshot that are read here: `nodes` is a table of numbers, row after row. */
interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[], ...unknown[]] } }
  readonly nodes: readonly number[]
  readonly strings: readonly string[]
}

/** How many of a class or kind there are after a garbage collection. */
export type Kept = ReadonlyMap<string, number>

/** A server whose heap can be looked into. */
export async function startServerWithHeap(): Promise<ChannelServer & { kept(): Promise<Kept> }> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-heap-'))
  const server = await startServer({ NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}` })
  return {
    ...server,
    async kept() {
      const watcher = watch(folder)
      server.process.kill('SIGUSR2')
      const [, name] = await once(watcher, 'change') as [string, string]
      watcher.close()
      await server.metric('earshot_sockets') // nothing is answered while it writes
      const snapshot = JSON.parse(await readFile(join(folder, name), 'utf8')) as HeapSnapshot
      await rm(join(folder, name))
      return count(snapshot)
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true })
    },
  }
}

function count({ snapshot: { meta: { node_fields: fields, node_types: [types] } }, nodes, strings }: HeapSnapshot): Kept {
  const [type, name] = [fields.indexOf('type'), fields.indexOf('name')]
  const counts = new Map<string, number>()
  for (let row = 0; row < nodes.length; row += fields.length) {
    const kind = types[nodes[row + type]!]!
    if (!(kind in kinds)) continue
    const key = kinds[kind as keyof typeof kinds] ? strings[nodes[row + name]!]! : kind
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** What there is at least so many more of, and how many more. */
export function grown(before: Kept, after: Kept, by: number): Kept {
  const growth = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
  return new Map(growth.filter(([, more]) => more >= by))
}
