import { toneFile } from './support/fake-media.ts'
import type { Participant } from './support/participant.ts'
import { expectHeard } from './support/seconds.ts'
import { expect, test } from './support/test.ts'

/** What Alice's stream is to an onlooker. */
const stateOf = (participant: Participant, label: string) => participant.page.evaluate((wanted) =>
  window.earshot.getUserInfo('Alice')?.streamConfigs.find(({ label }) => label === wanted)?.state, label)

const errors = async (participant: Participant) => (await participant.recorded('onError')).map(({ payload }) => (payload as { code: number }).code)

test('a microphone and a camera that the user takes away are told once, and come back by themselves with the permission', async ({ server, room, launch }) => {
  // Without the switch that answers every question with yes
  const alice = await launch({ name: 'Alice', args: ['--use-fake-device-for-media-stream=device-count=1', `--use-file-for-fake-audio-capture=${toneFile({ hertz: 440, dbfs: -12 })}`] })
  const bob = await launch({ name: 'Bob', hertz: 660 })
  await alice.openEngine(server.url)
  await alice.page.context().grantPermissions(['microphone', 'camera'])
  await bob.openEngine(server.url)
  await alice.joinChannel(room, 'Alice')
  await bob.joinChannel(room, 'Bob')
  expect(await alice.page.evaluate(() => window.outcome(async () => {
    const video = document.body.appendChild(document.createElement('video'))
    video.id = 'preview'
    await window.earshot.startPreview(video)
    await window.earshot.publish()
  }))).not.toHaveProperty('error')
  await bob.expectCallback('onPublisher', expect.objectContaining({ userId: 'Alice' }))
  await bob.page.evaluate(async () => {
    window.earshot.enableAudioVolumeIndicator = true
    await window.earshot.subscribe('Alice')
  })
  await expectHeard(bob, 'Alice')
  const preview = () => alice.page.evaluate(() => (document.querySelector<HTMLVideoElement>('video#preview')!.srcObject as MediaStream | null)?.getVideoTracks()[0]?.readyState)

  const states = () => Promise.all(['sophon_audio', 'sophon_video_camera_large'].map((label) => stateOf(bob, label)))
  await expect.poll(states).toEqual(['active', 'active'])

  await alice.page.context().clearPermissions() // Chromium ends the captures
  await bob.expectCallback('onUnPublisher', expect.objectContaining({ userId: 'Alice' }))
  expect([await preview(), (await errors(alice)).sort()]).toEqual([undefined, [10008, 10009]])

  await alice.page.context().grantPermissions(['microphone', 'camera'])
  await expect.poll(states).toEqual(['active', 'active'])
  expect(await preview()).toBe('live')
  await bob.page.evaluate(() => window.earshot.subscribe('Alice')) // as after every onPublisher
  await bob.page.evaluate(() => { window.recorded.length = 0 })
  await expectHeard(bob, 'Alice')
  expect(await errors(alice)).toHaveLength(2)
})
