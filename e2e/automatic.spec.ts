import type { NetworkQuality, PublishChange, UserInfo } from '@earshot/sdk-core'
import type { Participant } from './support/participant.ts'
import { expect, test } from './support/test.ts'

/** An engine with these options in place of the one of `openEngine`; hears what the automatic calls say, and the quality. */
async function withOptions(participant: Participant, server: string, options: { autoPublish?: true; autoSubscribe?: true }): Promise<void> {
  await participant.openEngine(server)
  await participant.page.evaluate((given) => {
    window.earshot = new window.AliRtcEngine({ audioProcessing: false, ...given })
    for (const name of ['onPublishChange', 'onSubscribeChange', 'onNetworkQuality'] as const) {
      window.earshot.on(name, (payload) => { window.recorded.push({ name, at: performance.now(), payload }) })
    }
  }, options)
}

const payloads = async <Payload>(participant: Participant, name: string): Promise<Payload[]> =>
  (await participant.recorded(name)).map((entry) => entry.payload as Payload) // the event of that name has it

test('autoPublish and autoSubscribe: two who only join see and hear each other, and follow what changes', async ({ server, room, launch }) => {
  const [alice, bob] = [await launch({ name: 'Alice' }), await launch({ name: 'Bob' })]
  for (const [participant, name] of [[alice, 'Alice'], [bob, 'Bob']] as const) {
    await withOptions(participant, server.url, { autoPublish: true, autoSubscribe: true })
    expect(await participant.joinChannel(room, name)).not.toHaveProperty('error')
  }
  for (const [participant, other] of [[alice, 'Bob'], [bob, 'Alice']] as const) {
    await expect.poll(() => payloads<PublishChange>(participant, 'onPublishChange')).toEqual([{ labels: ['sophon_audio', 'sophon_video_camera_large'] }])
    await expect.poll(async () => (await payloads<UserInfo>(participant, 'onSubscribeChange')).at(-1)).toMatchObject({
      userId: other, displayName: other,
      streamConfigs: expect.arrayContaining([
        expect.objectContaining({ label: 'sophon_audio', subscribed: true }), expect.objectContaining({ label: 'sophon_video_camera_large', subscribed: true }),
      ]),
    })
    await expect.poll(async () => (await payloads<{ userId: string; bytesReceivedPerSecond?: number }>(participant, 'onMedia'))
      .filter((row) => row.userId === other).at(-1)?.bytesReceivedPerSecond ?? 0, { timeout: 20_000 }).toBeGreaterThan(0)
  }

  await bob.page.evaluate(() => {
    window.earshot.configLocalCameraPublish = false
    return window.earshot.publish()
  })
  await expect.poll(async () => (await payloads<UserInfo>(alice, 'onSubscribeChange')).at(-1)?.streamConfigs.filter((stream) => stream.subscribed).map((stream) => stream.label))
    .toEqual(['sophon_audio'])
  for (const participant of [alice, bob]) expect(await payloads(participant, 'onError')).toEqual([])
})

test('onNetworkQuality: excellent both ways on this machine, unknown the way nothing flows', async ({ server, room, launch }) => {
  const [alice, bob] = [await launch({ name: 'Alice' }), await launch({ name: 'Bob' })]
  await withOptions(alice, server.url, { autoPublish: true })
  await withOptions(bob, server.url, { autoSubscribe: true })
  for (const [participant, name] of [[alice, 'Alice'], [bob, 'Bob']] as const) expect(await participant.joinChannel(room, name)).not.toHaveProperty('error')
  const latest = async (participant: Participant) => (await payloads<NetworkQuality>(participant, 'onNetworkQuality')).at(-1)
  await expect.poll(() => latest(alice), { timeout: 30_000 }).toEqual({ uplinkNetworkQuality: 1, downlinkNetworkQuality: 0 })
  await expect.poll(() => latest(bob), { timeout: 30_000 }).toEqual({ uplinkNetworkQuality: 0, downlinkNetworkQuality: 1 })
})
