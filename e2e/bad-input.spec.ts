import { createHash } from 'node:crypto'
import { startServer } from './support/channel-server.ts'
import { expect, test } from './support/test.ts'

test('auth info is refused by the field that is wrong, by promise and by onError', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.openEngine(server.url)
  const outcome = await alice.page.evaluate(() => window.outcome(() => window.earshot.joinChannel({} as never, 'Alice')))
  expect(outcome).toMatchObject({ error: { errorCode: 16974081, message: expect.stringContaining('appid') } })
  await expect.poll(async () => (await alice.recorded('onError')).length).toBe(1)
  for (const field of ['appid', 'nonce', 'userid', 'timestamp', 'token'] as const) {
    expect(await alice.joinChannel(room, 'Alice', { [field]: undefined })).toMatchObject({ error: { errorCode: 16974081, message: expect.stringContaining(field) } })
  }
})

test('what the server refuses has the documented code', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.openEngine(server.url)
  const refusals: [Record<string, unknown>, number][] = [
    [{ token: '0'.repeat(64) }, 33620485],
    [{ nonce: 'no-prefix' }, 33620485],
    [{ appid: 'someone-else' }, 33620481],
    [{ channel: 'other-room' }, 33620485], // the token was made for another channel
    [{ channel: 'bad room!' }, 83951633],
  ]
  for (const [changes, errorCode] of refusals) {
    expect(await alice.joinChannel(room, 'Alice', changes), JSON.stringify(changes)).toMatchObject({ error: { errorCode, code: errorCode } })
  }
  expect(await alice.recorded('onError'), 'a rejected call is not reported twice').toEqual([])
})

test('calls before joining, unknown users and double joins each have their code', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.openEngine(server.url)
  const codes = await alice.page.evaluate(async () => {
    const engine = window.earshot
    const code = async (run: () => unknown) => {
      const outcome = await window.outcome(run)
      return 'error' in outcome ? outcome.error.errorCode : outcome.value
    }
    return {
      publish: await code(() => engine.publish()),
      subscribe: await code(() => engine.subscribe('nobody')),
      muteLocalMic: engine.muteLocalMic(true),
      configRemoteAudio: engine.configRemoteAudio('nobody', true),
      getUserInfo: engine.getUserInfo('nobody'),
      leaveChannel: await code(() => engine.leaveChannel()),
      startPreview: await code(() => engine.startPreview('nonsense' as never)) as number,
    }
  })
  expect(codes).toEqual({
    publish: 16843524, subscribe: 10140, muteLocalMic: false, configRemoteAudio: false, getUserInfo: null, leaveChannel: undefined, startPreview: 16974081,
  })
  expect(await alice.joinChannel(room, 'Alice')).not.toHaveProperty('error')
  expect(await alice.joinChannel(room, 'Alice')).toMatchObject({ error: { errorCode: 16843521 } })
  expect(await alice.page.evaluate(() => window.outcome(() => window.earshot.subscribe('nobody')))).toMatchObject({ error: { errorCode: 10140 } })
  const both = await alice.page.evaluate(() => Promise.all([window.outcome(() => window.earshot.publish()), window.outcome(() => window.earshot.publish())]))
  expect(both[0]).not.toHaveProperty('error')
  expect(both[1]).toMatchObject({ error: { errorCode: 10500 } })
})

test('a browser without a microphone is told so and can still listen', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.join(server.url, room, 'Alice')
  const deaf = await launch({ name: 'Deaf', args: ['--use-fake-ui-for-media-stream'] }) // no fake devices: no device at all
  await deaf.openEngine(server.url)
  expect(await deaf.page.evaluate(() => window.outcome(() => window.earshot.isSupport()))).toMatchObject({ error: { errorCode: 10001 } })
  expect(await deaf.joinChannel(room, 'Deaf')).not.toHaveProperty('error')
  expect(await deaf.page.evaluate(() => window.outcome(() => window.earshot.publish()))).toMatchObject({ error: { errorCode: 10001 } })
  await deaf.expectCallback('onPublisher', expect.objectContaining({ userId: 'Alice' }))
  await deaf.page.evaluate(() => {
    window.earshot.enableAudioVolumeIndicator = true
    return window.earshot.subscribe('Alice')
  })
  await expect.poll(async () => {
    const levels = await deaf.recorded('onAudioLevel')
    return (levels.at(-1)?.payload as { userId: string; level: number }[] | undefined)?.find((row) => row.userId === 'Alice')?.level ?? 0
  }, { timeout: 30_000 }).toBeGreaterThan(20)
})

test('a malformed message is answered by field and does not disturb the others', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.join(server.url, room, 'Alice')
  const { answer, closeCode } = await alice.page.evaluate(async () => {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/v1/channel`)
    const closed = new Promise<number>((resolve) => { socket.onclose = (event) => resolve(event.code) })
    await new Promise((resolve) => { socket.onopen = resolve })
    const answered = new Promise<unknown>((resolve) => { socket.onmessage = (event) => resolve(JSON.parse(String(event.data))) })
    socket.send(JSON.stringify({ type: 'join', id: 7, channel: 5 }))
    const answer = await answered
    for (let n = 0; n < 50; n++) if (socket.readyState === WebSocket.OPEN) socket.send('nonsense')
    return { answer, closeCode: await closed }
  })
  expect(answer).toMatchObject({ type: 'error', id: 7, field: expect.any(String), message: expect.stringContaining('"') })
  expect(closeCode).toBe(1008)
  expect((await server.control('GET', `/${room}/users`)).body).toMatchObject({ users: [{ userId: 'Alice' }] })
})

test('an expired token is refused', async ({ room, launch }) => {
  const key = 'e2e-app-key'
  const own = await startServer({ EARSHOT_APP_KEY: key })
  try {
    const alice = await launch({ name: 'Alice' })
    await alice.openEngine(own.url)
    const [nonce, timestamp] = ['AK-expired', String(Math.floor(Date.now() / 1000) - 1)]
    const token = createHash('sha256').update(`earshot${key}${room}Alice${nonce}${timestamp}`).digest('hex')
    expect(await alice.joinChannel(room, 'Alice', { nonce, timestamp, token })).toMatchObject({ error: { errorCode: 84148226 } })
  } finally {
    await own.stop()
  }
})
