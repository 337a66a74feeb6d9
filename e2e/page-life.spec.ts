import type { AliRtcEngine } from '@earshot/sdk-core'
import type { Participant, Row } from './support/participant.ts'
import { expectGapless, expectHeard, seconds } from './support/seconds.ts'
import { expect, test } from './support/test.ts'

declare global {
  interface Window {
    /** Page life cycle events, in order. */
    life: string[]
    /** An element of the app's own. */
    own: HTMLVideoElement
  }
}

/** The `onLeave` of a user, in ms after `began` (ms since 1970). */
async function leaveAfter(watcher: Participant, userId: string, began: number): Promise<number> {
  const times = () => watcher.page.evaluate((id) => window.recorded
    .filter(({ name, payload }) => name === 'onLeave' && (payload as { userId: string }).userId === id)
    .map(({ at }) => performance.timeOrigin + at), userId)
  await expect.poll(async () => (await times()).length).toBe(1)
  return (await times())[0]! - began
}

/** Joins, sends the microphone, and receives everybody. */
async function enter(participant: Participant, server: string, room: string, name: string): Promise<void> {
  await participant.openEngine(server)
  await participant.page.evaluate(() => {
    window.earshot = new window.AliRtcEngine({ audioProcessing: false, autoPublish: true, autoSubscribe: true })
    window.earshot.configLocalCameraPublish = false
    window.earshot.enableAudioVolumeIndicator = true
  })
  expect(await participant.joinChannel(room, name)).not.toHaveProperty('error')
}

const ways = {
  'the tab is closed': (page: Participant['page']) => page.close(),
  'the page goes elsewhere': (page: Participant['page']) => page.goto('about:blank'),
  'the page is loaded anew': (page: Participant['page']) => page.reload(),
} as const

for (const browser of ['chromium', 'firefox'] as const) {
  test(`others see who goes within two seconds when ${Object.keys(ways).join(', ')}: ${browser}`, async ({ server, room, launch }) => {
    const alice = await launch({ name: 'Alice' })
    await alice.openEngine(server.url)
    expect(await alice.joinChannel(room, 'Alice')).not.toHaveProperty('error')
    const bob = await launch({ name: 'Bob', ...(browser === 'firefox' ? { browser } : {}) })
    for (const [n, way] of Object.values(ways).toReversed().entries()) {
      const name = `Bob${n}`
      await enter(bob, server.url, room, name)
      await alice.expectCallback('onPublisher', expect.objectContaining({ userId: name }))
      const began = Date.now()
      await way(bob.page)
      expect(await leaveAfter(alice, name, began)).toBeLessThan(2000)
    }
    expect((await server.control('GET', `/${room}/users`)).body).toMatchObject({ users: [{ userId: 'Alice' }] })
  })
}

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
  expectGapless((await seconds(bob, 'Alice')).slice(-2))
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
    return window.own.play()
  })
  const cdp = await bob.page.context().newCDPSession(bob.page)
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
  const heard = (await seconds(alice, 'Bob')).length
  await expect.poll(async () => (await seconds(alice, 'Bob')).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(heard + 4) // a freeze stops no microphone
  await bob.forget()
  await alice.forget()
  await cdp.send('Page.setWebLifecycleState', { state: 'active' })
  await expect.poll(() => bob.page.evaluate(() => window.life)).toEqual(['visibilitychange hidden', 'freeze hidden', 'resume hidden'])
  expect(await bob.page.evaluate(() => window.own.paused), 'the day Chromium plays on by itself, `after-freeze` can go').toBe(true)
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

test('until the first click a viewer is told that she hears nothing; the click brings sound and levels', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob', autoplay: 'browser' })
  await alice.join(server.url, room, 'Alice')
  await bob.page.goto(server.url)
  // page.evaluate() counts as a gesture of the user
  const cdp = await bob.page.context().newCDPSession(bob.page)
  const run = async <Value>(action: (room: string) => Value): Promise<Awaited<Value>> => {
    const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', { expression: `(${String(action)})(${JSON.stringify(room)})`, awaitPromise: true, returnByValue: true })
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  await run(() => new Promise((resolve) => { document.head.append(Object.assign(document.createElement('script'), { src: '/earshot.global.js', onload: resolve })) }))
  await run(async (room) => {
    const engine: AliRtcEngine = window.earshot = new window.AliRtcEngine({ autoSubscribe: true })
    engine.enableAudioVolumeIndicator = true
    window.own = document.body.appendChild(document.createElement('video'))
    engine.on('onSubscribeChange', ({ userId }) => engine.setDisplayRemoteVideo(userId, window.own, 1))
    const { data } = await (await fetch(`/app/v1/login?room=${room}&user=Bob`)).json()
    await engine.joinChannel({ ...data, channel: room }, 'Bob')
  })
  const errors = () => run(() => window.recorded.filter(({ name }) => name === 'onError').map(({ payload }) => [(payload as { code: number }).code, (payload as { userId: string }).userId]))
  const row = () => run(() => {
    const [row] = (window.recorded.findLast(({ name }) => name === 'onAudioLevel')?.payload ?? []) as Row[]
    return row && { userId: row.userId, level: row.level, peak: row.peak, sampleRate: row.sampleRate, blocks: row.buffer.length, clock: row.startFrame !== undefined }
  })
  const picture = () => run(() => ({ muted: window.own.muted, paused: window.own.paused, width: window.own.videoWidth }))
  const silent = { userId: 'Alice', level: 0, peak: 0, sampleRate: 0, blocks: 0, clock: false }
  await expect.poll(errors).toEqual([[10201, 'Alice']])
  await expect.poll(row).toEqual(silent)
  await expect.poll(async () => ({ ...await picture(), width: (await picture()).width > 0 })).toEqual({ muted: true, paused: false, width: true })
  const before = await run(() => window.own.currentTime)
  await expect.poll(() => run(() => window.own.currentTime), { message: 'the picture goes on' }).toBeGreaterThan(before)

  await bob.page.keyboard.press('Escape')
  await bob.page.keyboard.press('Shift')
  expect(await picture(), 'no key that the browser takes for a gesture').toMatchObject({ muted: true, paused: false })
  expect(await run(() => navigator.userActivation.hasBeenActive), 'nothing here was a gesture').toBe(false)
  expect(await row()).toEqual(silent)

  await bob.page.mouse.click(10, 10)
  await expect.poll(picture).toMatchObject({ muted: false, paused: false })
  await expect.poll(async () => (await row())?.level, { timeout: 20_000 }).toBeGreaterThan(20)
  expect(await row()).toMatchObject({ clock: true, sampleRate: expect.any(Number) })
  expect(await errors()).toEqual([[10201, 'Alice']])
})
