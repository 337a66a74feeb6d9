import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { MemoryChannel } from '../test/memory-channel.js'
import { auth, outcome, participant, until } from '../test/participant.js'
import { AliRtcEngine, type NetworkQuality, type UserInfo } from './index.js'

afterEach(() => {
  new AliRtcEngine().setLogLevel('warn')
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** What two listeners of one event heard of Bob, who joins. */
async function heardByTwo(options: { compat?: '1.16' }): Promise<string[]> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice', options), participant(channel, 'bob')]
  const heard: string[] = []
  alice.engine.on('onJoin', ({ userId }) => heard.push(`first ${userId}`))
  alice.engine.on('onJoin', ({ userId }) => heard.push(`second ${userId}`))
  await alice.join()
  await bob.join()
  await until(() => expect(heard).toContain('second bob'))
  return heard
}

it('a second `on` of the same name: both are called', async () => {
  expect(await heardByTwo({})).toEqual(['first bob', 'second bob'])
})

it("a second `on` of the same name with compat '1.16': only the second is called", async () => {
  expect(await heardByTwo({ compat: '1.16' })).toEqual(['second bob'])
})

it("incomplete auth info gives onError an error whose text is its string, and with compat '1.16' the bare string", async () => {
  for (const [options, payload] of [
    [{}, expect.objectContaining({ code: 16974081, errorCode: 16974081 })],
    [{ compat: '1.16' as const }, expect.stringMatching(/^.*appid/)],
  ] as const) {
    const engine = new AliRtcEngine(options)
    onTestFinished(() => engine.dispose())
    const told: unknown[] = []
    engine.on('onError', (error) => told.push(error))
    expect(await outcome(() => engine.joinChannel({} as never))).toBe(16974081)
    expect(told).toEqual([payload])
    expect(String(told[0])).toContain('appid')
  }
})

it('compat may also come with isSupport', async () => {
  const engine = new AliRtcEngine()
  onTestFinished(() => engine.dispose())
  await outcome(() => engine.isSupport({ compat: '1.16', isReceiveOnly: true }))
  const heard: string[] = []
  engine.on('onError', () => heard.push('first'))
  engine.on('onError', () => heard.push('second'))
  await outcome(() => engine.joinChannel({} as never))
  expect(heard).toEqual(['second'])
})

it('the log level is that of all engines of the page; callbacks are written at info', async () => {
  const [info, error] = [vi.spyOn(console, 'info').mockImplementation(() => undefined), vi.spyOn(console, 'error').mockImplementation(() => undefined)]
  const engine = new AliRtcEngine()
  onTestFinished(() => engine.dispose())
  expect(engine.getLogLevel()).toBe('warn')
  engine.setLogLevel('info')
  expect(new AliRtcEngine().getLogLevel()).toBe('info')
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await alice.join()
  await bob.join()
  await until(() => expect(info).toHaveBeenCalledWith('AliRtcEngine: onJoin', expect.objectContaining<Partial<UserInfo>>({ userId: 'bob' })))
  expect(error).not.toHaveBeenCalled()
  expect(() => engine.setLogLevel('loud' as never)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'level' }))
})

it('an error that no listener hears is written, one that is heard is not', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const engine = new AliRtcEngine()
  onTestFinished(() => engine.dispose())
  await outcome(() => engine.joinChannel({} as never))
  expect(error).toHaveBeenCalledOnce()
  expect(error).toHaveBeenCalledWith('AliRtcEngine: onError has no listener:', expect.objectContaining({ code: 16974081 }))
  engine.on('onError', () => undefined)
  await outcome(() => engine.joinChannel({} as never))
  expect(error).toHaveBeenCalledOnce()
})

it('the version is that of the package', () => {
  expect(new AliRtcEngine().getVersion()).toMatch(/^\d+\.\d+\.\d+$/)
})

it('a disposed engine does nothing more: no device, no callback, every call refused or without effect', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob']))
  alice.engine[Symbol.dispose]()
  await until(() => expect(channel.links.size).toBe(1))
  const opened = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
  const levels = vi.fn()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  alice.engine.on('onAudioLevel', levels)
  alice.engine.enableAudioVolumeIndicator = true
  expect(await outcome(() => alice.engine.joinChannel(auth('alice')))).toBe(16974340)
  expect(await outcome(() => alice.engine.publish())).toBe(16974340)
  expect(await outcome(() => alice.engine.subscribe('bob'))).toBe(16974340)
  expect(await outcome(() => alice.engine.startPreview(document.createElement('video')))).toBe(16974340)
  expect(await outcome(() => alice.engine.leaveChannel())).toBe(undefined)
  expect(alice.engine.setChannelProfile(1)).toBe(false)
  expect(alice.engine.getUserList()).toEqual([])
  expect(opened).not.toHaveBeenCalled()
  const running = participant(new MemoryChannel(), 'carol').engine
  const ticks: unknown[] = []
  running.on('onAudioLevel', (rows) => ticks.push(rows))
  running.enableAudioVolumeIndicator = true
  vi.advanceTimersByTime(2000)
  expect(ticks).toHaveLength(2)
  expect(levels).not.toHaveBeenCalled()
})

it('onNetworkQuality comes every 2 s in a channel, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const alice = participant(new MemoryChannel(), 'alice')
  const told: NetworkQuality[] = []
  alice.engine.on('onNetworkQuality', (quality) => told.push(quality))
  vi.advanceTimersByTime(4000)
  await alice.join()
  vi.advanceTimersByTime(1999)
  expect(told).toEqual([])
  vi.advanceTimersByTime(2001)
  expect(told).toEqual([0, 0].map((level) => ({ uplinkNetworkQuality: level, downlinkNetworkQuality: level })))
})
