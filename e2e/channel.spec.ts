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

test('a late joiner learns who is there and who publishes; a leaver unpublishes before it leaves', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await expect.poll(async () => (await server.control('GET', `/${room}/users`)).body).toMatchObject({
    users: [{ userId: 'Alice', displayName: 'Alice', role: 0, streams: expect.arrayContaining(['sophon_audio', 'sophon_video_camera_large', 'sophon_video_camera_small']) }],
  })
  await bob.openEngine(server.url)
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
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

test('kick, close and a second login each say good-bye with their own code, and only to whom they concern', async ({ server, room, launch }) => {
  const [alice, bob, carol] = [await launch({ name: 'Alice' }), await launch({ name: 'Bob' }), await launch({ name: 'Carol' })]
  await bob.openEngine(server.url)
  await carol.openEngine(server.url)
  await alice.join(server.url, room, 'Alice')
  await bob.joinChannel(room, 'Bob')
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher'])

  expect((await server.control('POST', `/${room}/kick`, { users: ['Alice', 'Nobody'] })).body).toMatchObject({ results: [{ id: 'Alice', code: 0 }, { id: 'Nobody', code: 404 }] })
  await alice.expectCallback('onBye', expect.objectContaining({ code: 1 }))
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher', 'onUnPublisher', 'onLeave'])

  await carol.joinChannel(room, 'Bob') // the same user from elsewhere
  await bob.expectCallback('onBye', expect.objectContaining({ code: 3 }))
  expect(await carol.page.evaluate(() => window.earshot.getUserList())).toEqual([])

  expect((await server.control('POST', `/${room}/close`)).body).toEqual({ closed: true })
  await carol.expectCallback('onBye', expect.objectContaining({ code: 2 }))
  expect((await server.control('GET', `/${room}/users`)).status).toBe(404)
  for (const [participant, code] of [[alice, 1], [bob, 3], [carol, 2]] as const) {
    expect((await rows(participant, 'onBye')).map((payload) => (payload as { code: number }).code), 'once and no other').toEqual([code])
    expect(await participant.page.evaluate(() => window.outcome(() => window.earshot.leaveChannel())), 'leaving afterwards is fine').not.toHaveProperty('error')
  }
  // and the engine can join again
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
})

test('a role changes before its promise resolves, and the audience cannot publish', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.openEngine(server.url)
  await alice.page.evaluate(async () => {
    window.earshot.setChannelProfile(1)
    await window.earshot.setClientRole(1)
  })
  expect(await alice.joinChannel(room, 'Alice')).not.toHaveProperty('error')
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
  expect((await server.control('GET', `/${room}/users`)).body).toMatchObject({ users: [{ userId: 'Alice', role: 0 }] })
  expect(await alice.page.evaluate(() => window.outcome(() => window.earshot.publish()))).not.toHaveProperty('error')
  expect(await alice.page.evaluate(() => window.outcome(() => window.earshot.setClientRole(1))), 'not while publishing').toMatchObject({ error: { errorCode: 16908560 } })
})

/** What a viewer saw of a switch: from `subscribe` resolving to the first picture of the wanted width, in ms, and how dark it ever was, 0..255. */
interface Seen { readonly ms: number; readonly darkest: number; readonly frames: number }

test('large and small are two layers of one camera, and picking changes what arrives within a second and without a black frame', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.openEngine(server.url)
  await bob.joinChannel(room, 'Bob')
  await expect.poll(() => story(bob, 'Alice')).toEqual(['onJoin', 'onPublisher'])
  await bob.page.evaluate(() => {
    const video = document.body.appendChild(document.createElement('video'))
    video.id = 'remote'
  })
  const change = (large: boolean) => bob.page.evaluate(async (preferLarge): Promise<Seen> => {
    const video = document.querySelector<HTMLVideoElement>('video#remote')!
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [8, 6]
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    const brightness: number[] = []
    let resolvedAt = Infinity
    const arrived = new Promise<number>((resolve) => {
      const look = (): void => {
        context.drawImage(video, 0, 0, 8, 6)
        const { data } = context.getImageData(0, 0, 8, 6)
        brightness.push(data.reduce((sum, value, n) => (n % 4 === 3 ? sum : sum + value), 0) / (8 * 6 * 3))
        if (video.videoWidth === (preferLarge ? 640 : 160)) resolve(performance.now())
        else video.requestVideoFrameCallback(look)
      }
      look()
    })
    window.earshot.configRemoteCameraTrack('Alice', preferLarge, true)
    await window.earshot.subscribe('Alice').then(() => { resolvedAt = performance.now() })
    return { ms: await arrived - resolvedAt, darkest: Math.min(...brightness), frames: brightness.length }
  }, large)
  const pick = (large: boolean) => bob.page.evaluate((preferLarge) => window.outcome(async () => {
    window.earshot.configRemoteCameraTrack('Alice', preferLarge, true)
    await window.earshot.subscribe('Alice')
    window.earshot.setDisplayRemoteVideo('Alice', document.querySelector('video#remote')!, 1)
  }), large)
  const picture = () => bob.page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video#remote')!
    const [track] = (video.srcObject as MediaStream | null)?.getVideoTracks() ?? []
    const subscribed = window.earshot.getUserInfo('Alice')?.streamConfigs.filter((stream) => stream.subscribed && stream.type === 'video')
    return { width: video.videoWidth, id: track?.id, subscribed: subscribed?.map((stream) => stream.label) }
  })
  const large = { width: 640, id: 'sophon_video_camera_large', subscribed: ['sophon_video_camera_large'] }
  const small = { width: 160, id: 'sophon_video_camera_small', subscribed: ['sophon_video_camera_small'] }

  expect(await pick(true)).not.toHaveProperty('error')
  await expect.poll(picture, { timeout: 45_000 }).toEqual(large) // the encoder starts small and grows
  for (const wanted of [small, large, small]) {
    const { ms, darkest, frames } = await change(wanted === large)
    expect(ms, 'from subscribe to the first picture of that width').toBeLessThan(1000) // design §6.4
    expect(darkest, `of ${frames} pictures; the camera's ground is at 109, black at 0`).toBeGreaterThan(80)
    await expect.poll(picture).toEqual(wanted)
  }
})

test('a screen is shared beside the camera and taken back', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.openEngine(server.url)
  await bob.joinChannel(room, 'Bob')
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
