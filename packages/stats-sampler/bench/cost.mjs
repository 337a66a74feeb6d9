import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cpuNanoseconds, median } from '../../level-meter/bench/report.mjs'
import { reportOfCall } from './call.mjs'
import { asShown, packages, pure } from './packages.mjs'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

const BARE = 'readReport + sampleBetween'
/** Ticks per round and package, of reports made for this round, the same for all. */
const TICKS = 20

/**
 * CPU time of this process in ms per tick, and as a multiple of ours, per package and number of tracks: the medians of the rounds, each ratio of one
 * round. `calls`: of getStats, per tick.
 */
export async function measureCost({ rounds, sizes = [1, 50, 100] }) {
  const rows = []
  for (const tracks of sizes) rows.push(...await costOf(tracks, rounds))
  return rows
}

async function costOf(tracks, rounds) {
  const compare = pure()
  const runs = [{ name: BARE, tidy() {}, async tick(shown) { compare(shown) } }]
  for (const [name, make] of Object.entries(packages)) runs.push({ name, ...await make() })
  const times = Object.fromEntries(runs.map(({ name }) => [name, []]))
  const calls = {}
  let second = 1
  for (let round = -rounds / 2; round < rounds; round++) { // before 0 it warms up
    const shown = Array.from({ length: TICKS }, () => asShown(reportOfCall(tracks, second++)))
    // Each is first as often as the others: the first finds the reports cold.
    for (const turn of runs.keys()) {
      const run = runs[(turn + second / TICKS | 0) % runs.length]
      // What making the reports left is not its own, and the reports themselves move out of the way.
      for (let n = 0; n < 2; n++) collectGarbage({ type: 'minor' })
      const before = cpuNanoseconds()
      for (const one of shown) calls[run.name] = await run.tick(one)
      if (round >= 0) times[run.name].push((cpuNanoseconds() - before) / TICKS / 1e6)
      run.tidy()
    }
  }
  const [, { name: ours }] = runs
  const entries = reportOfCall(tracks, 1).size
  return runs.map(({ name }) => ({
    tracks, entries, name, calls: calls[name], ms: median(times[name]), ratio: median(times[name].map((ms, round) => ms / times[ours][round])),
  }))
}
