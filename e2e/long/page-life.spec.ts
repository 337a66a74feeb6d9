import { enter, leaveAfter } from '../support/page-life.ts'
import { expectGapless, expectHeard, seconds } from '../support/seconds.ts'
import { expect, test } from '../support/test.ts'

test('a page that comes back out of the cache knows that it left, and joins again', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob', plain: true })
  await alice.join(server.url, room, 'Alice')
  await enter(bob, server.url, room, 'Bob')
  await expectHeard(bob, 'Alice')
  await bob.page.evaluate(() => { addEventListener('pageshow', ({ persisted }) => { window.life = [`pageshow ${persisted}`] }) })
  await alice.forget()

  const began = Date.now()
  await bob.page.goto(`${server.url}/healthz`)
  expect(await leaveAfter(alice, 'Bob', began)).toBeLessThan(2000)
  await bob.page.evaluate(() => { history.back() })
  await expect(async () => expect(await bob.page.evaluate(() => window.life)).toEqual(['pageshow true'])).toPass()
  expect((await bob.recorded()).filter(({ name }) => name === 'onConnectionChange' || name === 'onError').map(({ payload }) => payload))
    .toEqual([expect.objectContaining({ state: 'connected' }), { state: 'disconnected', reason: 'the page went away' }])
  expect(await bob.page.evaluate(() => window.earshot.getUserList())).toEqual([])
  await bob.forget()
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
  await alice.expectCallback('onJoin', expect.objectContaining({ userId: 'Bob' }))
  await expectHeard(bob, 'Alice')
  await expectHeard(alice, 'Bob')
  // The first row may come before the audio clock runs again: it has no `startFrame`
  expectGapless((await seconds(bob, 'Alice')).filter(({ startFrame }) => startFrame !== undefined).slice(-2))
})

test('a hidden page has its row each second; after a freeze both sides hear each other again', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob', plain: true })
  await alice.join(server.url, room, 'Alice')
  await enter(bob, server.url, room, 'Bob')
  await expectHeard(bob, 'Alice')
  await expectHeard(alice, 'Bob')
  await bob.page.evaluate(() => {
    window.life = []
    for (const type of ['visibilitychange', 'freeze', 'resume']) document.addEventListener(type, () => { window.life.push(`${type} ${document.visibilityState}`) })
    window.earshot.muteAllRemoteAudioPlaying(true) // a page that makes a sound is not slowed down
  })
  const cover = await bob.page.context().newPage()
  await cover.bringToFront()
  await expect.poll(() => bob.page.evaluate(() => window.life)).toEqual(['visibilitychange hidden'])
  await bob.forget()
  await expect.poll(async () => (await seconds(bob, 'Alice')).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(6)
  const hidden = await seconds(bob, 'Alice')
  expectGapless(hidden)
  for (const { level } of hidden) expect(level).toBeGreaterThan(20)
  hidden.slice(1).forEach(({ at }, n) => expect(at - hidden[n]!.at, 'one a second, not one a minute').toBeLessThan(1900))
  expect((await bob.recorded('onMedia')).length).toBeGreaterThanOrEqual(5) // at least one row a second, two users

  await bob.page.evaluate(() => {
    window.own = Object.assign(document.createElement('video'), { muted: true, srcObject: new AudioContext().createMediaStreamDestination().stream })
    window.preview = document.createElement('video')
    return Promise.all([window.own.play(), window.earshot.startPreview(window.preview)])
  })
  await expect.poll(() => bob.page.evaluate(() => window.preview.paused)).toBe(false)
  const cdp = await bob.page.context().newCDPSession(bob.page)
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
  const heard = (await seconds(alice, 'Bob')).length
  await expect.poll(async () => (await seconds(alice, 'Bob')).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(heard + 4) // a freeze stops no microphone
  await bob.forget()
  await alice.forget()
  await cdp.send('Page.setWebLifecycleState', { state: 'active' })
  await expect.poll(() => bob.page.evaluate(() => window.life)).toEqual(['visibilitychange hidden', 'freeze hidden', 'resume hidden'])
  expect(await bob.page.evaluate(() => window.own.paused), 'the day Chromium plays on by itself, `after-freeze` can go').toBe(true)
  expect(await bob.page.evaluate(() => window.preview.paused), 'the preview').toBe(false)
  // Chromium drops the socket of a page that was frozen: it is joined again by itself
  await bob.expectCallback('onConnectionChange', expect.objectContaining({ state: 'connected' }))
  await expectHeard(bob, 'Alice')
  await expectHeard(alice, 'Bob')
  expect(await bob.recorded('onError')).toEqual([])
  await expect.poll(() => bob.page.evaluate(() => window.earshot.getUserList().map(({ userId }) => userId))).toEqual(['Alice'])
  await expect.poll(async () => ((await server.control('GET', `/${room}/users`)).body as { users: { userId: string }[] }).users.map(({ userId }) => userId).sort()).toEqual(['Alice', 'Bob'])
  const after = (await seconds(bob, 'Alice')).filter(({ samples }) => samples > 0)
  after.forEach(({ startFrame, sampleRate, samples }, n) => {
    expect(samples, 'whole seconds').toBe(sampleRate)
    if (n > 0) expect((startFrame - after[n - 1]!.startFrame) % sampleRate, 'seconds that are missing are missing whole').toBe(0)
  })
})
