import { startServer } from '../support/channel-server.ts'
import { Relay } from '../support/faults/relay.ts'
import { countTimers, leastRemains, type Remains } from '../support/remains.ts'
import { expectGapless, expectHeard, seconds } from '../support/seconds.ts'
import { expect, test } from '../support/test.ts'

/** Visits until everything that is made once is made, in a page and in the server, whose heap grows most with the first ones. */
const WARM_UP = 5
const SERVERS_WARM_UP = 60
/** A session of the server with its two transports is many times that: DTLS alone keeps its certificates and tables. */
const BYTES_OF_A_VISIT = 5000

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
  const server = await startServer({ NODE_OPTIONS: `--import ${new URL('../support/collect-at-signal.mjs', import.meta.url).href}` })
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
  const heap = async () => {
    server.process.kill('SIGUSR2')
    await server.metric('nodejs_heap_size_used_bytes') // answered in the turn of the signal, perhaps before it
    return await server.metric('nodejs_heap_size_used_bytes')
  }
  const enter = async () => {
    expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
    await expect.poll(() => bob.page.evaluate(() => window.earshot.getUserInfo('Alice')?.streamConfigs.length ?? 0), { intervals: [20, 50, 100] }).toBeGreaterThan(0)
    expect(await bob.page.evaluate(() => window.outcome(async () => {
      window.earshot.enableAudioVolumeIndicator = true
      await Promise.all([window.earshot.publish(), window.earshot.subscribe('Alice')])
    }))).not.toHaveProperty('error')
  }
  const visit = async () => {
    await enter()
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
  for (let round = 0; round < WARM_UP; round++) await visit() // what is made once, and kept
  const atFirst = await left()
  for (let round = WARM_UP; round < SERVERS_WARM_UP; round++) await visit()
  const heapAtFirst = await heap()
  for (let round = SERVERS_WARM_UP; round < 200; round++) await visit()
  expectNoMore(await left(), atFirst, 'after two hundred visits')

  await enter()
  await reconnect()
  const inCall = await left()
  for (let round = 1; round < 50; round++) await reconnect()
  expectNoMore(await left(), inCall, 'after fifty reconnects')
  await bob.page.evaluate(() => window.earshot.leaveChannel())
  await expect.poll(() => server.metric('earshot_members')).toBe(1)
  expectNoMore(await left(), atFirst, 'after all of it')

  const heapAtLast = await heap()
  console.log(`left in the page of Bob ${JSON.stringify(atFirst.bob)}, of Alice ${JSON.stringify(atFirst.alice)}; heap of the server ${(heapAtFirst / 1e6).toFixed(2)} MB at first, ${(heapAtLast / 1e6).toFixed(2)} MB at last`)
  expect(heapAtLast - heapAtFirst, 'bytes of heap that the later visits cost the server').toBeLessThan((200 - SERVERS_WARM_UP) * BYTES_OF_A_VISIT)
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
