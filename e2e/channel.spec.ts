import type { Participant, Recorded } from './support/participant.ts'
import { expect, test } from './support/test.ts'

/** The channel events about one user, in the order they came. */
async function story(participant: Participant, userId: string): Promise<string[]> {
  const about = (entry: Recorded) => (entry.payload as { userId?: string } | null)?.userId === userId
  return (await participant.recorded()).filter((entry) => about(entry) && entry.name !== 'onMedia').map((entry) => entry.name)
}

async function rows(participant: Participant, name: string): Promise<unknown[]> {
  return (await participant.recorded(name)).map((entry) => entry.payload)
}

test('a late joiner learns who is there and who publishes; a leaver unpublishes before it leaves', async ({ server, channel, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, channel, 'Alice')
  await expect.poll(async () => (await server.control('GET', `/${channel}/users`)).body).toMatchObject({
    users: [{ userId: 'Alice', displayName: 'Alice', role: 0, streams: expect.arrayContaining(['sophon_audio', 'sophon_video_camera_large', 'sophon_video_camera_small']) }],
  })
  await bob.openEngine(server.url)
  expect(await bob.joinChannel(channel, 'Bob')).not.toHaveProperty('error')
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher'])
  expect((await rows(bob, 'onPublisher'))[0]).toMatchObject({
    userId: 'Alice', displayName: 'Alice', muteAudioPlaying: false,
    streamConfigs: expect.arrayContaining([
      { label: 'sophon_audio', type: 'audio', state: 'active', subscribed: false, muted: false },
      { label: 'sophon_video_camera_large', type: 'video', state: 'active', subscribed: false, muted: false },
      { label: 'sophon_video_camera_small', type: 'video', state: 'active', subscribed: false, muted: false },
      { label: 'sophon_video_screen_share', type: 'video', state: 'inactive', subscribed: false, muted: false },
    ]),
  })
  await expect.poll(() => story(alice, 'Bob')).toEqual(['onJoin'])

  await alice.page.evaluate(() => window.earshot.leaveChannel())
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher', 'onUnPublisher', 'onLeave'])
  expect((await rows(bob, 'onUnPublisher'))[0]).toMatchObject({ userId: 'Alice', streamConfigs: [] })
  expect(await bob.page.evaluate(() => window.earshot.getUserList())).toEqual([])
})

test('kick, close and a second login each say good-bye with their own code, and only to whom they concern', async ({ server, channel, launch }) => {
  const [alice, bob, carol] = [await launch({ name: 'Alice' }), await launch({ name: 'Bob' }), await launch({ name: 'Carol' })]
  await bob.openEngine(server.url)
  await carol.openEngine(server.url)
  await alice.join(server.url, channel, 'Alice')
  await bob.joinChannel(channel, 'Bob')
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher'])

  expect((await server.control('POST', `/${channel}/kick`, { users: ['Alice', 'Nobody'] })).body).toMatchObject({ results: [{ id: 'Alice', code: 0 }, { id: 'Nobody', code: 404 }] })
  await alice.expectCallback('onBye', expect.objectContaining({ code: 1 }))
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher', 'onUnPublisher', 'onLeave'])

  await carol.joinChannel(channel, 'Bob') // the same user from elsewhere
  await bob.expectCallback('onBye', expect.objectContaining({ code: 3 }))
  expect(await carol.page.evaluate(() => window.earshot.getUserList())).toEqual([])

  expect((await server.control('POST', `/${channel}/close`)).body).toEqual({ closed: true })
  await carol.expectCallback('onBye', expect.objectContaining({ code: 2 }))
  expect((await server.control('GET', `/${channel}/users`)).status).toBe(404)
  for (const [participant, code] of [[alice, 1], [bob, 3], [carol, 2]] as const) {
    expect((await rows(participant, 'onBye')).map((payload) => (payload as { code: number }).code), 'once and no other').toEqual([code])
    expect(await participant.page.evaluate(() => window.outcome(() => window.earshot.leaveChannel())), 'leaving afterwards is fine').not.toHaveProperty('error')
  }
  // and the engine can join again
  expect(await bob.joinChannel(channel, 'Bob')).not.toHaveProperty('error')
})

test('a role changes before its promise resolves, and the audience cannot publish', async ({ server, channel, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.openEngine(server.url)
  await alice.page.evaluate(async () => {
    window.earshot.setChannelProfile(1)
    await window.earshot.setClientRole(1)
  })
  expect(await alice.joinChannel(channel, 'Alice')).not.toHaveProperty('error')
  expect(await rows(alice, 'onUpdateRole'), 'a role set before joining is no event').toEqual([])
  expect(await alice.page.evaluate(() => window.outcome(() => window.earshot.publish()))).toMatchObject({ error: { errorCode: 10112 } })

  const order = await alice.page.evaluate(async () => {
    const happened: string[] = []
    window.earshot.on('onUpdateRole', ({ oldRole, newRole }) => happened.push(`onUpdateRole ${oldRole} ${newRole}`))
    await window.earshot.setClientRole(0)
    happened.push('resolved')
    return happened
  })
  expect(order).toEqual(['onUpdateRole 1 0', 'resolved'])
  expect((await server.control('GET', `/${channel}/users`)).body).toMatchObject({ users: [{ userId: 'Alice', role: 0 }] })
  expect(await alice.page.evaluate(() => window.outcome(() => window.earshot.publish()))).not.toHaveProperty('error')
  expect(await alice.page.evaluate(() => window.outcome(() => window.earshot.setClientRole(1))), 'not while publishing').toMatchObject({ error: { errorCode: 16908560 } })
})

test('large and small are two layers of one camera, and picking changes what arrives', async ({ server, channel, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, channel, 'Alice')
  await bob.join(server.url, channel, 'Bob')
  const width = () => bob.page.locator('[data-user-id="Alice"] video').first().evaluate((video: HTMLVideoElement) => video.videoWidth)
  await expect.poll(width, { timeout: 45_000 }).toBe(640)
  for (const [preferLarge, expected] of [[false, 320], [true, 640], [false, 320]] as const) {
    const outcome = await bob.page.evaluate((prefer) => window.outcome(async () => {
      window.earshot.configRemoteCameraTrack('Alice', prefer, true)
      await window.earshot.subscribe('Alice')
    }), preferLarge)
    expect(outcome).not.toHaveProperty('error')
    await expect.poll(async () => (await width()) <= expected === !preferLarge || (await width()) === 640, { timeout: 5_000 }).toBe(true)
    const subscribed = await bob.page.evaluate(() => window.earshot.getUserInfo('Alice')?.streamConfigs.filter((stream) => stream.subscribed).map((stream) => stream.label))
    expect(subscribed).toContain(preferLarge ? 'sophon_video_camera_large' : 'sophon_video_camera_small')
    expect(subscribed).not.toContain(preferLarge ? 'sophon_video_camera_small' : 'sophon_video_camera_large')
  }
})

test('a screen is shared beside the camera and taken back', async ({ server, channel, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, channel, 'Alice')
  await bob.join(server.url, channel, 'Bob')
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher'])
  await bob.page.evaluate(() => { window.earshot.configRemoteScreenTrack('Alice', true) })
  const screenState = async () => ((await rows(bob, 'onPublisher')).at(-1) as { streamConfigs: { label: string; state: string }[] })
    .streamConfigs.find((stream) => stream.label === 'sophon_video_screen_share')?.state

  const share = (on: boolean) => alice.page.evaluate((wanted) => window.outcome(() => {
    window.earshot.configLocalScreenPublish = wanted
    return window.earshot.publish()
  }), on)
  expect(await share(true)).not.toHaveProperty('error')
  await expect.poll(screenState).toBe('active')
  expect(await bob.page.evaluate(() => window.outcome(() => window.earshot.subscribe('Alice')))).not.toHaveProperty('error')
  await expect.poll(async () => ((await rows(bob, 'onMedia')).filter((row) => (row as { userId: string }).userId === 'Alice').at(-1) as { screen?: { width: number } })?.screen?.width ?? 0,
    { timeout: 20_000 }).toBeGreaterThan(0)
  expect(await share(false)).not.toHaveProperty('error')
  await expect.poll(screenState).toBe('inactive')
})
