import { expectGapless, expectHeard, seconds } from '../support/seconds.ts'
import { expect, test } from '../support/test.ts'

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

test('forty joins, publications and leaves leave nothing open on either side', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.page.addInitScript(() => {
    const connections = new Set<RTCPeerConnection>()
    const contexts = new Set<AudioContext>()
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration)
        connections.add(this)
      }
    }
    window.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options)
        contexts.add(this)
      }
    }
    Object.assign(window, { stillOpen: () => ({ connections: [...connections].filter((one) => one.connectionState !== 'closed').length, contexts: contexts.size }) })
  })
  await bob.openEngine(server.url)
  const names = ['earshot_members', 'earshot_sfu_transports', 'earshot_sfu_sources', 'earshot_sfu_consumers'] as const
  const metrics = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await server.metric(name)] as const)))
  const visit = async (round: number) => {
    expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
    await expect.poll(() => bob.page.evaluate(() => window.earshot.getUserInfo('Alice')?.streamConfigs.length ?? 0)).toBeGreaterThan(0)
    const outcome = await bob.page.evaluate(() => window.outcome(async () => {
      window.earshot.enableAudioVolumeIndicator = true
      await Promise.all([window.earshot.publish(), window.earshot.subscribe('Alice')])
      await window.earshot.leaveChannel()
    }))
    expect(outcome, `round ${round}`).not.toHaveProperty('error')
    await expect.poll(() => server.metric('earshot_members')).toBe(1)
  }
  await visit(0) // Alice's subscribing connection stays after the first
  const afterOne = await metrics()
  for (let round = 1; round < 40; round++) await visit(round)
  await expect.poll(metrics).toEqual(afterOne)
  expect(await bob.page.evaluate(() => (window as unknown as { stillOpen(): unknown }).stillOpen())).toEqual({ connections: 0, contexts: 1 })
  expect(await server.metric('earshot_faults_total')).toBe(0)
})
