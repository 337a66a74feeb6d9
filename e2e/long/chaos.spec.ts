import { Caller, openCallersPage } from '../support/faults/caller.ts'
import { lengthOf, shuffledFaults, type FaultKind } from '../support/faults/chaos.ts'
import { quantile, summary } from '../support/faults/distribution.ts'
import { FailingServer } from '../support/faults/failing-server.ts'
import { seededRandom } from '../support/faults/random.ts'
import { recoveries, type Recovery } from '../support/faults/recovery.ts'
import { toneFile } from '../support/fake-media.ts'
import { Lab } from '../support/netlab/lab.ts'
import { expect, test } from '../support/test.ts'

const CALLERS = 6
const FAULTS = Number(process.env['EARSHOT_FAULTS'] ?? 100)
const SEED = Number(process.env['EARSHOT_FAULT_SEED'] ?? Date.now() % 1_000_000)
/** A shorter one may be over before it is noticed, which takes two seconds. */
const NOTICEABLE_MS = 2500
/** After so long a caller counts as lost, and the test ends. */
const LOST_MS = 40_000

interface Outcome {
  readonly kind: FaultKind
  readonly lengthMs: number
  readonly recoveries: readonly Recovery[]
}

test('six callers through a hundred faults by chance: heard again within 5 s, noticed within 2 s, and nobody is seen to leave', async () => {
  test.setTimeout(30 * 60_000)
  console.log(`EARSHOT_FAULT_SEED=${SEED}`)
  const lab = new Lab()
  try {
    const link = await lab.link()
    await link.set({ delay: 20 })
    const server = await FailingServer.start({ EARSHOT_HOST: '10.88.0.2', EARSHOT_LOG_LEVEL: 'error' }, ['ip', 'netns', 'exec', link.b])
    lab.adopt(() => server.stop())
    const { callers, watcher } = await gather(lab, server.url, link)
    const random = seededRandom(SEED)
    const outcomes: Outcome[] = []
    for (const kind of shuffledFaults(FAULTS, random)) {
      const lengthMs = lengthOf(kind, random)
      const began = Date.now()
      await kind.begin({ link, server, random })
      await new Promise((resolve) => { setTimeout(resolve, lengthMs) })
      await kind.end?.({ link, server, random })
      const ended = kind.end === undefined ? began : Date.now()
      const made = await test.step(`${outcomes.length + 1}: ${kind.name} for ${lengthMs} ms`, () => recoveries(callers, CALLERS - 1, { began, ended }, LOST_MS))
      outcomes.push({ kind, lengthMs, recoveries: made })
      console.log(`${outcomes.length}: ${kind.name} for ${lengthMs} ms: noticed ${made.map(({ noticedMs }) => noticedMs ?? '-').join(' ')}, back ${made.map(({ backMs }) => backMs).join(' ')}`)
    }
    console.log(table(outcomes))
    const all = Array.from({ length: CALLERS }, (_, n) => `onJoin Caller-${n + 1}`)
    expect(await watcher.comings(), 'who came and went, as the watcher saw it').toEqual(all)
    expect(await watcher.told('onError', 'onBye')).toEqual([])
    for (const caller of callers) {
      expect((await caller.comings()).filter((coming) => coming.startsWith('onLeave')), `who left, as ${caller.name} saw it`).toEqual([])
      expect(new Set(await caller.comings()).size, `who came twice, as ${caller.name} saw it`).toBe((await caller.comings()).length)
      expect(await caller.told('onError', 'onBye'), `what ${caller.name} was told`).toEqual([])
    }
    expect(quantile(backs(outcomes), 0.95), 'heard again after the end of the fault, ms').toBeLessThanOrEqual(5000)
    expect(quantile(noticeds(outcomes), 0.95), 'noticed after the begin of the fault, ms').toBeLessThanOrEqual(2000)
  } finally {
    await lab.close()
  }
})

/** The callers at one end of the link, and the watcher at the end of the server, whom no fault of the link concerns. */
async function gather(lab: Lab, server: string, { a, b }: { readonly a: string; readonly b: string }): Promise<{ callers: Caller[]; watcher: Caller }> {
  const args = [`--unsafely-treat-insecure-origin-as-secure=${server}`, `--use-file-for-fake-audio-capture=${toneFile({ hertz: 440, dbfs: -12 })}`]
  const open = async (namespace: string, names: readonly string[], options: { autoPublish?: boolean; autoSubscribe?: boolean }) => {
    const context = await lab.browser(namespace, ...args)
    const callers: Caller[] = []
    for (const name of names) {
      const page = await context.newPage()
      await openCallersPage(page, server)
      const caller = await Caller.make(page, name, options)
      await caller.join('chaos')
      callers.push(caller)
    }
    return callers
  }
  const [watcher] = await open(b, ['Watcher'], { autoPublish: false, autoSubscribe: false })
  const callers = await open(a, Array.from({ length: CALLERS }, (_, n) => `Caller-${n + 1}`), {})
  for (const caller of callers) await caller.expectHearing(CALLERS - 1, 30_000)
  return { callers, watcher: watcher! } // one was asked for
}

const backs = (outcomes: readonly Outcome[]): number[] => outcomes.flatMap(({ recoveries }) => recoveries.map(({ backMs }) => backMs))

/** Of those that had to be noticed; one that was not took for ever. */
const noticeds = (outcomes: readonly Outcome[]): number[] => outcomes
  .filter(({ kind, lengthMs }) => kind.stopsMedia && (lengthMs >= NOTICEABLE_MS || kind.name === 'server killed'))
  .flatMap(({ recoveries }) => recoveries.map(({ noticedMs }) => noticedMs ?? Number.POSITIVE_INFINITY))

function table(outcomes: readonly Outcome[]): string {
  const kinds = [...new Set(outcomes.map(({ kind }) => kind))].sort((a, b) => b.share - a.share)
  const row = (name: string, some: readonly Outcome[]) => `| ${name} | ${some.length} | ${summary(noticeds(some))} | ${summary(backs(some))} |`
  return [
    '| fault | how many | noticed: callers, median / p95 / longest | heard again: callers, median / p95 / longest |', '|---|---|---|---|',
    ...kinds.map((kind) => row(kind.name, outcomes.filter((outcome) => outcome.kind === kind))), row('all', outcomes),
  ].join('\n')
}
