import { Relay } from '../support/faults/relay.ts'
import { countTimers, leastRemains, type Remains } from '../support/remains.ts'
import { expectGapless, expectHeard, seconds } from '../support/seconds.ts'
import { grown, startServerWithHeap } from '../support/server-heap.ts'
import { expect, test } from '../support/test.ts'

/** Visits until everything that is made once is made. */
const WARM_UP = 5
const VISITS = 200
const RECONNECTS = 50

test('three people are measured for three minutes without a missing second', async ({ server, room, launch }) => {
  const names = ['Alice', 'Bob', 'Carol'] as const
  const people = []
  for (const [n, name] of names.entries()) {
    const person = await launch({ name, hertz: 400 + 150 * n })
    await person.join(server.url, room, name)
    people.push({ name, person })
  }
  for (const { person } of people) for (const name of names) await expectHeard(person, name)
  for (const { person } of people) await person.forget()
  for (const { person } of people) {
    await expect.poll(async () => (await seconds(person, 'Alice')).length, { timeout: 240_000, intervals: [5000] }).toBeGreaterThanOrEqual(180)
    for (const name of names) expectGapless(await seconds(person, name))
  }
})

test('two hundred joins, publications and leaves, and fifty reconnects, leave nothing behind on either side', async ({ room, launch }) => {
  // A server of its own, whose memory is nobody else's
  const server = await startServerWithHeap()
  const relay = await Relay.to(server.url)
  const [alice, bob] = [await launch({ name: 'Alice' }), await launch({ name: 'Bob' })]
  for (const { page } of [alice, bob]) await countTimers(page)
  await alice.openEngine(server.url)
  await bob.openEngine(relay.url)
  for (const [{ page }, automatic] of [[alice, true], [bob, false]] as const) {
    await page.evaluate((automatic) => {
      window.earshot = new window.AliRtcEngine({ audioProcessing: false, autoPublish: automatic, autoSubscribe: automatic })
    }, automatic)
  }
  expect(await alice.joinChannel(room, 'Alice')).not.toHaveProperty('error')

  const names = ['earshot_sockets', 'earshot_members', 'earshot_sfu_transports', 'earshot_sfu_sources', 'earshot_sfu_consumers'] as const
  const metrics = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.metric(name)] as const)))
  const enter = async () => {
    expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
    await expect.poll(() => bob.page.evaluate(() => window.earshot.getUserInfo('Alice')?.streamConfigs.length ?? 0), { intervals: [20, 50, 100] }).toBeGreaterThan(0)
    expect(await bob.page.evaluate(() => window.outcome(async () => {
      window.earshot.enableAudioVolumeIndicator = true
      await Promise.all([window.earshot.publish(), window.earshot.subscribe('Alice')])
    }))).not.toHaveProperty('error')
  }
  const leave = async () => {
    expect(await bob.page.evaluate(() => window.outcome(() => window.earshot.leaveChannel()))).not.toHaveProperty('error')
    await expect.poll(() => server.metric('earshot_members'), { intervals: [20, 50, 100] }).toBe(1)
    // What a callback recorded is ours, not the engine's
    for (const participant of [alice, bob]) await participant.forget()
  }
  const reconnect = async () => {
    const soFar = (await bob.recorded('onConnectionChange')).length
    relay.reset()
    await expect.poll(async () => (await bob.recorded('onConnectionChange')).slice(soFar).map(({ payload }) => (payload as { state: string }).state), { intervals: [20, 50, 100] })
      .toEqual(['reconnecting', 'connected'])
  }
  const left = async () => ({ alice: await leastRemains(alice.page), bob: await leastRemains(bob.page), server: await metrics() })
  const visit = async () => {
    await enter()
    await leave()
  }

  await enter()
  await reconnect()
  await leave()
  for (let round = 1; round < WARM_UP; round++) await visit()
  const atFirst = await left()
  const keptAtFirst = await server.kept()
  for (let round = WARM_UP; round < VISITS; round++) await visit()
  expectNoMore(await left(), atFirst, 'after two hundred visits')
  const keptByVisits = await server.kept()
  expect(grown(keptAtFirst, keptByVisits, VISITS - WARM_UP), 'what the server keeps of every visit').toEqual(new Map())

  await enter()
  await reconnect()
  const inCall = await left()
  for (let round = 1; round < RECONNECTS; round++) await reconnect()
  expectNoMore(await left(), inCall, 'after fifty reconnects')
  await leave()
  expectNoMore(await left(), atFirst, 'after all of it')
  const keptAtLast = await server.kept()
  expect(grown(keptByVisits, keptAtLast, RECONNECTS - 1), 'what the server keeps of every reconnect').toEqual(new Map())

  console.log(`left in the page of Bob ${JSON.stringify(atFirst.bob)}, of Alice ${JSON.stringify(atFirst.alice)}`)
  console.log('more in the server after the visits', grown(keptAtFirst, keptByVisits, 10), 'after the reconnects', grown(keptByVisits, keptAtLast, 10))
  expect(await server.metric('earshot_faults_total')).toBe(0)
  relay.close()
  await server.stop()
})

interface Left { readonly alice: Remains; readonly bob: Remains; readonly server: Record<string, number> }

function expectNoMore(now: Left, before: Left, when: string): void {
  expect(now.server, `the server, ${when}`).toEqual(before.server)
  for (const who of ['alice', 'bob'] as const) {
    for (const [name, count] of Object.entries(before[who])) expect(now[who][name as keyof Remains], `${name} in the page of ${who} ${when}`).toBeLessThanOrEqual(count)
  }
}
