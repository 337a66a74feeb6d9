import { Caller, openCallersPage } from '../support/faults/caller.ts'
import { summary } from '../support/faults/distribution.ts'
import { FailingServer } from '../support/faults/failing-server.ts'
import { recoveries, type Recovery } from '../support/faults/recovery.ts'
import { expect, test, type Participant, type ParticipantOptions } from '../support/test.ts'

const NAMES = ['Alice', 'Bob', 'Carol']
/** 1.6 s at most on two cores, of which a quarter may be the jitter before the first try; a single case gets three times as long. */
const BACK_MS = 5000

interface Call {
  readonly servers: readonly [FailingServer, FailingServer]
  readonly callers: readonly Caller[]
  /** Waits until all hear each other again, and says when, counted from `began`. */
  readonly moved: (began: number) => Promise<readonly Recovery[]>
}

/** Three callers, each a browser, hear each other on the first of two servers. In the end nobody has seen anybody leave, join or publish anew, and there was no error. */
async function withCall(room: string, launch: (options: ParticipantOptions) => Promise<Participant>, run: (call: Call) => Promise<void>): Promise<void> {
  const servers = [await FailingServer.start(), await FailingServer.start()] as const
  try {
    const callers: Caller[] = []
    for (const [n, name] of NAMES.entries()) {
      const { page } = await launch({ name, hertz: 440 + 110 * n })
      await openCallersPage(page, servers[0].url)
      const caller = await Caller.make(page, name)
      await caller.join(room, servers.map(({ url }) => url))
      callers.push(caller)
    }
    for (const caller of callers) await caller.expectHearing(NAMES.length - 1)
    const comings = () => Promise.all(callers.map((caller) => caller.told('onJoin', 'onLeave', 'onPublisher', 'onUnPublisher', 'onError', 'onBye')))
    const before = await comings()
    await run({
      servers, callers,
      moved: async (began) => {
        const moved = await recoveries(callers, NAMES.length - 1, { began, ended: began }, 40_000)
        console.log(`heard again after ${summary(moved.map(({ backMs }) => backMs))} (how many: median / p95 / longest)`)
        return moved
      },
    })
    expect(await comings()).toEqual(before)
    for (const caller of callers) {
      expect(await caller.run((engine) => engine.getUserList().map(({ userId }) => userId).sort())).toEqual(NAMES.filter((name) => name !== caller.name))
    }
  } finally {
    for (const server of servers) await server.stop()
  }
}

const states = async (caller: Caller) => (await caller.told('onConnectionChange')).map(({ payload }) => payload['state'])

test('servers that are drained one after the other, as for an update: their callers move to the other one of gslb and back, and hear each other again', async ({ room, launch }) => {
  await withCall(room, launch, async ({ servers, callers, moved }) => {
    const usersOf = async (server: FailingServer) => {
      const { body } = await server.now.control('GET', `/${room}/users`)
      return (body as { readonly users?: readonly { readonly userId: string }[] }).users?.map(({ userId }) => userId).sort() // 404 has none
    }
    for (const [from, to] of [servers, [servers[1], servers[0]]] as const) {
      expect(await usersOf(from)).toEqual(NAMES)
      expect(await usersOf(to)).toBeUndefined()
      const began = Date.now()
      await from.stop()
      for (const { caller, noticedMs, backMs } of await moved(began)) {
        expect(noticedMs, `until ${caller} was told`).toBeLessThanOrEqual(1000)
        expect(backMs, `until ${caller} heard all others`).toBeLessThanOrEqual(BACK_MS)
      }
      expect(await usersOf(to)).toEqual(NAMES)
      await from.again()
    }
    for (const caller of callers) expect(await states(caller)).toEqual(['connected', 'reconnecting', 'connected', 'reconnecting', 'connected'])
  })
})

test('a server that is killed and stays away is looked for, and left for the other one of gslb after 10 s', async ({ room, launch }) => {
  await withCall(room, launch, async ({ servers, callers, moved }) => {
    const began = Date.now()
    await servers[0].kill()
    // 10 s, and the wait for the try after them, which takes no longer than 2 s
    for (const { caller, backMs } of await moved(began)) {
      expect(backMs, `until ${caller} heard all others`).toBeGreaterThanOrEqual(10_000)
      expect(backMs, `until ${caller} heard all others`).toBeLessThanOrEqual(12_000 + BACK_MS)
    }
    for (const caller of callers) expect(await states(caller)).toEqual(['connected', 'reconnecting', 'connected'])
  })
})
