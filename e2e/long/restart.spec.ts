import { Caller, openCallersPage } from '../support/faults/caller.ts'
import { summary } from '../support/faults/distribution.ts'
import { FailingServer } from '../support/faults/failing-server.ts'
import { expect, test } from '../support/test.ts'

const CALLERS = 20
/** More streams than three to each of twenty would measure this machine. */
const HEARD = 3
const PAGES = 4

test('twenty callers of a server that is killed and started again are back within ten seconds, not all at once, and see nobody leave or join', async ({ room, launch }) => {
  const server = await FailingServer.start()
  const { page: first } = await launch({ name: 'Callers' })
  const pages = [first]
  while (pages.length < PAGES) pages.push(await first.context().newPage())
  for (const page of pages) await openCallersPage(page, server.url)
  const callers: Caller[] = []
  for (let n = 0; n < CALLERS; n++) {
    const caller = await Caller.make(pages[n % PAGES]!, `Caller-${n}`, { autoPublish: n < HEARD })
    await caller.join(room)
    callers.push(caller)
  }
  const others = (n: number) => (n < HEARD ? HEARD - 1 : HEARD)
  for (const [n, caller] of callers.entries()) await caller.expectHearing(others(n), 30_000)
  const before = await Promise.all(callers.map((caller) => caller.comings()))

  const killed = Date.now()
  await server.kill()
  await server.again()
  const listening = Date.now()

  const back: number[] = []
  const heard: number[] = []
  for (const [n, caller] of callers.entries()) {
    await expect.poll(async () => (await caller.told('onConnectionChange')).filter(({ at }) => at >= killed).map(({ payload }) => payload['state']), {
      message: `what ${caller.name} was told`, timeout: 30_000, intervals: [100],
    }).toEqual(['reconnecting', 'connected'])
    await caller.expectHearing(others(n), 30_000)
    back.push((await caller.told('onConnectionChange')).at(-1)!.at - listening)
    heard.push((await caller.flow()).at(-1)!.at - listening)
  }
  const waves = [...back].sort((a, b) => a - b)
  console.log(`back after ${summary(back)}, heard after ${summary(heard)} (how many: median / p95 / longest); one by one, ms: ${waves.join(' ')}`)
  expect(Math.max(...heard), 'ms until all were heard').toBeLessThanOrEqual(10_000)
  // By chance within a bound of a second or more: that half of them meet within a tenth of one is no chance
  const together = Math.max(...waves.map((at) => waves.filter((other) => other >= at && other < at + 100).length))
  expect(together, 'callers that came back at once').toBeLessThanOrEqual(CALLERS / 2)
  for (const [n, caller] of callers.entries()) {
    expect(await caller.comings(), `who came and went, as ${caller.name} saw it`).toEqual(before[n])
    expect(await caller.told('onError', 'onBye')).toEqual([])
    expect(await caller.run((engine) => engine.getUserList().length)).toBe(CALLERS - 1)
  }
  await server.stop()
})

test('a server that was away for a minute has its callers back within ten seconds, though browsers hold sockets back after many that failed', async ({ room, launch }) => {
  const server = await FailingServer.start()
  const callers: Caller[] = []
  for (const browser of ['chromium', 'chromium', 'firefox'] as const) {
    const { page } = await launch({ name: browser, ...(browser === 'firefox' ? { browser } : {}) })
    await openCallersPage(page, server.url)
    const caller = await Caller.make(page, `${browser}-${callers.length}`, { autoPublish: false, autoSubscribe: false })
    await caller.join(room)
    callers.push(caller)
  }
  await server.kill()
  await new Promise((resolve) => { setTimeout(resolve, 60_000) })
  await server.again()
  const listening = Date.now()
  const back: number[] = []
  for (const caller of callers) {
    await expect.poll(async () => (await caller.told('onConnectionChange')).at(-1)?.payload['state'], { timeout: 30_000, intervals: [100] }).toBe('connected')
    back.push((await caller.told('onConnectionChange')).at(-1)!.at - listening)
  }
  console.log(`back ${back.join(', ')} ms after a minute; the last one in Firefox`)
  expect(Math.min(...back), 'ms until the first was back').toBeGreaterThan(0)
  expect(Math.max(...back), 'ms until all were back').toBeLessThanOrEqual(10_000)
  await server.stop()
})
