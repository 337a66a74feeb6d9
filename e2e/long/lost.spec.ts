import { Caller, openCallersPage } from '../support/faults/caller.ts'
import { FailingServer } from '../support/faults/failing-server.ts'
import { Relay } from '../support/faults/relay.ts'
import { expect, test } from '../support/test.ts'

const states = async (caller: Caller) => (await caller.told('onConnectionChange')).map(({ payload }) => payload['state'])
const errors = async (caller: Caller) => (await caller.told('onError')).map(({ payload }) => payload)

test('media that stays away for 30 s is an error of each direction, and the recovery of old applications brings it back', async ({ server, room, launch }) => {
  const relay = await Relay.to(server.url)
  const [bobs, others] = [await launch({ name: 'Bob' }), await launch({ name: 'Alice', hertz: 660 })]
  await openCallersPage(bobs.page, relay.url)
  await openCallersPage(others.page, server.url)
  const alice = await Caller.make(others.page, 'Alice')
  const bob = await Caller.make(bobs.page, 'Bob', { autoPublish: false, autoSubscribe: false })
  await alice.join(room)
  await bob.join(room)
  await bob.run((engine) => engine.publish())
  await expect.poll(() => bob.run((engine) => engine.getUserInfo('Alice')?.streamConfigs.length ?? 0)).toBeGreaterThan(0)
  await bob.run((engine) => engine.subscribe('Alice'))
  for (const caller of [alice, bob]) await caller.expectHearing(1)

  const blocked = Date.now()
  relay.media({ loss: 1 })
  await expect.poll(() => errors(bob), { timeout: 45_000 }).toEqual(expect.arrayContaining([
    expect.objectContaining({ code: 10301, type: 'publish' }), expect.objectContaining({ code: 10302, type: 'subscribe', userId: 'Alice' }),
  ]))
  // From the 30 s of the contract, and two to notice
  for (const { at } of await bob.told('onError')) expect(at - blocked).toBeGreaterThanOrEqual(29_000)
  for (const { at } of await bob.told('onError')) expect(at - blocked).toBeLessThanOrEqual(34_000)
  relay.media({ loss: 0 })
  // As applications of the original do it: everything off, and on again
  await bob.run(async (engine) => {
    engine.configLocalAudioPublish = false
    await engine.publish()
    engine.configLocalAudioPublish = true
    await engine.publish()
    engine.configRemoteAudio('Alice', false)
    engine.configRemoteCameraTrack('Alice', true, false)
    await engine.subscribe('Alice')
    engine.configRemoteAudio('Alice', true)
    await engine.subscribe('Alice')
  })
  for (const caller of [alice, bob]) await caller.expectHearing(1)
  expect(await alice.comings()).toEqual(['onJoin Bob'])
  relay.close()
})

test('who leaves while the network is cut has left at once, and for the others when the network is back, not after the time of grace', async ({ server, room, launch }) => {
  const relay = await Relay.to(server.url)
  const [bobs, others] = [await launch({ name: 'Bob' }), await launch({ name: 'Alice', hertz: 660 })]
  await openCallersPage(bobs.page, relay.url)
  await openCallersPage(others.page, server.url)
  const [alice, bob] = [await Caller.make(others.page, 'Alice'), await Caller.make(bobs.page, 'Bob')]
  await alice.join(room)
  await bob.join(room)
  for (const caller of [alice, bob]) await caller.expectHearing(1)
  relay.cut()
  await expect.poll(() => states(bob)).toEqual(['connected', 'reconnecting'])
  await bob.run((engine) => engine.leaveChannel())
  expect(await states(bob)).toEqual(['connected', 'reconnecting', 'disconnected'])
  expect(await alice.comings()).toEqual(['onJoin Bob'])
  const healed = Date.now()
  relay.heal()
  // Another socket is tried every two seconds
  await expect.poll(() => alice.comings(), { timeout: 5000 }).toEqual(['onJoin Bob', 'onLeave Bob'])
  console.log(`left for the others ${(await alice.told('onLeave'))[0]!.at - healed} ms after the network was back`)
  await bob.join(room)
  for (const caller of [alice, bob]) await caller.expectHearing(1)
  relay.close()
})

test('a server that stays away for 90 s ends the session with 10310, and the engine can join again', async ({ room, launch }) => {
  const server = await FailingServer.start()
  const { page } = await launch({ name: 'Alice' })
  await openCallersPage(page, server.url)
  const alice = await Caller.make(page, 'Alice')
  await alice.join(room)
  const killed = Date.now()
  await server.kill()
  await expect.poll(() => errors(alice), { timeout: 110_000 }).toEqual([expect.objectContaining({ code: 10301, type: 'publish' }), expect.objectContaining({ code: 10310 })])
  const [mediaLost, sessionLost] = (await alice.told('onError')).map(({ at }) => at - killed)
  expect(mediaLost).toBeGreaterThanOrEqual(29_000)
  expect(sessionLost).toBeGreaterThanOrEqual(89_000)
  expect(await states(alice)).toEqual(['connected', 'reconnecting', 'disconnected'])
  await server.again()
  await alice.join(room)
  expect(await states(alice)).toEqual(['connected', 'reconnecting', 'disconnected', 'connected'])
  await server.stop()
})

test('a server that came back with another key refuses to take us again: 10311, in the words that old applications look for', async ({ room, launch }) => {
  const server = await FailingServer.start()
  const { page } = await launch({ name: 'Alice' })
  await openCallersPage(page, server.url)
  const alice = await Caller.make(page, 'Alice')
  await alice.join(room)
  await server.kill()
  await server.again({ EARSHOT_APP_KEY: 'another-key' })
  await expect.poll(() => errors(alice), { timeout: 30_000 }).toEqual([expect.objectContaining({ code: 10311 })])
  const [error] = await errors(alice)
  expect(String(error?.['message']).indexOf('no session'), 'indexOf(…) > 0 is how they look').toBeGreaterThan(0)
  expect(await states(alice)).toEqual(['connected', 'reconnecting', 'disconnected'])
  await server.stop()
})
