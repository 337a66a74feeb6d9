import type { AliRtcEngine } from '@earshot/sdk-core'
import type { Participant, Row } from './support/participant.ts'
import { enter, leaveAfter } from './support/page-life.ts'
import { expect, test } from './support/test.ts'

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
