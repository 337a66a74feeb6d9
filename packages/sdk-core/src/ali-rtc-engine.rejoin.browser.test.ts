import type { StatsSource } from '@earshot/stats-sampler'
import { expect, it } from 'vitest'
import { MemoryChannel } from '../test/memory-channel.js'
import { participant, until, type Participant } from '../test/participant.js'
import { createRejoiningLink } from './link/rejoining-link.js'

/** Bob publishes; Alice, over one session after the other, publishes, hears and sees him. */
async function watching(): Promise<{ channel: MemoryChannel; alice: Participant; bob: Participant; view: HTMLVideoElement }> {
  const channel = new MemoryChannel()
  const bob = participant(channel, 'bob')
  const alice = participant({ open: (onEvent) => createRejoiningLink(channel.open, onEvent, { holdMs: 1000, random: () => 0 }) }, 'alice')
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob', 'onPublisher bob']))
  await alice.engine.publish()
  await alice.engine.subscribe('bob')
  const view = document.createElement('video')
  document.body.append(view)
  alice.engine.setDisplayRemoteVideo('bob', view, 1)
  await until(() => expect(view.videoWidth).toBeGreaterThan(0))
  alice.heard.length = 0
  return { channel, alice, bob, view }
}

const tracksOf = (element: HTMLMediaElement): MediaStreamTrack[] => (element.srcObject as MediaStream | null)?.getTracks() ?? []

/** Alice's session is forgotten, and its tracks end, as those of a closed connection do. */
function lose(channel: MemoryChannel, view: HTMLVideoElement): void {
  channel.linkOf('alice').lose()
  for (const track of tracksOf(view)) track.stop()
}

it('a lost session is two changes of the connection; what was published, subscribed to and seen is there again', async () => {
  const { channel, alice, view } = await watching()
  alice.engine.muteLocalMic(true)
  const [first, before] = [channel.linkOf('alice'), tracksOf(view)]
  const rows = alice.engine.getUserList()
  lose(channel, view)
  await until(() => expect(alice.story().slice(-1)).toEqual(['onConnectionChange connected']))
  expect(alice.story().filter((told) => told !== 'onNotify')).toEqual(['onConnectionChange reconnecting', 'onConnectionChange connected'])
  const link = channel.linkOf('alice')
  expect(link).not.toBe(first)
  expect([...link.sent].map(([slot, { track, options }]) => [slot, track, options])).toEqual([...first.sent].map(([slot, { track, options }]) => [slot, track, options]))
  expect(link.sent.get('audio')?.options.muted).toBe(true)
  await until(() => expect(tracksOf(view).map((track) => track.readyState)).toEqual(['live', 'live']))
  expect(tracksOf(view).filter((track) => before.includes(track))).toEqual([])
  const { currentTime } = view
  await until(() => expect(view.currentTime, 'plays').toBeGreaterThan(currentTime))
  expect(alice.engine.getUserList()).toEqual(rows)
})

it('levels of who is heard go on with the new track', async () => {
  const { channel, alice, view } = await watching()
  const heard: number[] = []
  alice.engine.on('onAudioLevel', (rows) => { for (const row of rows) if (row.userId === 'bob' && row.buffer.length > 0) heard.push(row.level) })
  alice.engine.enableAudioVolumeIndicator = true
  await until(() => expect(Math.max(...heard)).toBeGreaterThan(0))
  lose(channel, view)
  await alice.next('onConnectionChange')
  heard.length = 0
  await until(() => expect(Math.max(...heard), 'the fake microphone beeps').toBeGreaterThan(0))
})

it('statistics are those of the new connections, also where nothing else changed', async () => {
  const channel = new MemoryChannel()
  const sampled: number[] = []
  let sessions = 0
  const alice = participant({ open: (onEvent) => createRejoiningLink((tell) => {
    const link = channel.open(tell)
    const session = ++sessions
    const source: StatsSource = { connectionState: 'connected', getStats: () => {
      sampled.push(session)
      return Promise.resolve(new Map())
    } }
    link.sources.set('publish', source)
    return link
  }, onEvent, { random: () => 0 }) }, 'alice')
  await alice.join()
  await alice.engine.publish()
  alice.engine.on('onMedia', () => undefined)
  await until(() => expect(sampled).toContain(1))
  channel.linkOf('alice').lose()
  await until(() => expect(sampled).toContain(2))
  const { length } = sampled
  await until(() => expect(sampled.length).toBeGreaterThan(length + 1))
  expect(sampled.slice(length)).not.toContain(1)
})

it('who does not come back leaves once, and the view is empty', async () => {
  const { channel, alice, bob, view } = await watching()
  channel.linkOf('alice').lose()
  channel.links.delete('bob') // lost as well, and it does not come back
  await until(() => expect(alice.story().at(-1)).toBe('onLeave bob'))
  expect(alice.story().filter((told) => told !== 'onNotify')).toEqual(['onConnectionChange reconnecting', 'onConnectionChange connected', 'onUnPublisher bob', 'onLeave bob'])
  expect([tracksOf(view), alice.engine.getUserList()]).toEqual([[], []])
  await bob.engine.leaveChannel()
})
