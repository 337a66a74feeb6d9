import { afterEach, describe, expect, test, vi } from 'vitest'
import { LevelMeter, meterTrack, type LevelReading, type Metering } from '../src/index.ts'
import { remoteTracksNeedSink } from './browsers.ts'
import { findGaps, Readings } from './readings.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  for (const close of closing.splice(0).reverse()) await close()
})

function createContext(options: AudioContextOptions = {}): AudioContext {
  const context = new AudioContext(options)
  closing.push(() => context.close())
  return context
}

/** A local track that carries a constant, made by a context of its own. */
function createTrack(offset: number, options: AudioContextOptions = {}): MediaStreamTrack {
  const context = createContext(options)
  const destination = new MediaStreamAudioDestinationNode(context)
  const source = new ConstantSourceNode(context, { offset })
  source.connect(destination)
  source.start()
  return destination.stream.getAudioTracks()[0] as MediaStreamTrack // a destination's stream has exactly one
}

test.each(['track', 'stream'])('meters a %s, and says when it is muted or ended', async (form) => {
  const track = createTrack(0.5)
  const meter = await LevelMeter.create(createContext(), { interval: 0.05 })
  const readings = new Readings()
  const metering = meter.add(form === 'track' ? track : new MediaStream([track]), readings.take, { pcm: true })
  await readings.next(({ level }) => level === 50)
  expect(metering.state).toBe('live')
  track.enabled = false
  expect(metering.state).toBe('muted')
  await readings.next(({ level }) => level === 0)
  track.enabled = true
  await readings.next(({ level }) => level === 50)
  track.stop()
  expect(metering.state).toBe('ended')
  await readings.next(({ level }) => level === 0) // readings go on until the metering is stopped
  expect(findGaps(readings.all, Math.round(0.05 * (readings.all[0]?.sampleRate ?? 0)))).toEqual([])
})

test('one source node and one muted element serve all who meter a track in a context, and go with the last', async () => {
  const elements: HTMLAudioElement[] = []
  vi.stubGlobal('Audio', class extends Audio {
    constructor() {
      super()
      elements.push(this)
    }
  })
  const context = createContext()
  const createSource = vi.spyOn(context, 'createMediaStreamSource')
  const track = createTrack(0.5)
  const meters = [await LevelMeter.create(context, { interval: 0.05 }), await LevelMeter.create(context, { interval: 0.05 })]
  const readings = [new Readings(), new Readings()]
  const meterings = meters.map((meter, index) => meter.add(track, (readings[index] as Readings).take))
  await Promise.all(readings.map((each) => each.next(({ level }) => level === 50)))
  expect(createSource).toHaveBeenCalledTimes(1)
  expect(elements).toHaveLength(1)
  expect(elements[0]).toMatchObject({ muted: true, paused: false })

  meterings[0]?.()
  expect(elements[0]?.srcObject).not.toBeNull()
  await readings[1]?.next(({ level }) => level === 50)
  meterings[1]?.()
  expect(elements[0]?.srcObject).toBeNull()
  expect(track.readyState).toBe('live') // the track is its owner's

  meters[0]?.add(track, () => undefined, { sink: false })
  expect(createSource).toHaveBeenCalledTimes(2)
  expect(elements).toHaveLength(1)
})

test('the browser resamples a track of another sample rate', async () => {
  const context = createContext({ sampleRate: 44_100 })
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const readings = new Readings()
  meter.add(createTrack(0.5, { sampleRate: 48_000 }), readings.take)
  expect(await readings.next(({ level }) => level === 50)).toMatchObject({ sampleRate: 44_100 })
})

test('where the browser does not resample, the error says what to change', async () => {
  const context = createContext({ sampleRate: 44_100 })
  const meter = await LevelMeter.create(context)
  const track = createTrack(0.5)
  vi.spyOn(context, 'createMediaStreamSource').mockImplementationOnce(() => { throw new DOMException('as older versions of Firefox', 'NotSupportedError') })
  vi.spyOn(track, 'getSettings').mockReturnValueOnce({ sampleRate: 16_000 })
  expect(() => meter.add(track, () => undefined)).toThrow(expect.objectContaining({ name: 'NotSupportedError', message: expect.stringMatching(/16000 Hz.*44100 Hz.*option sampleRate/) as string }))
  expect(meter.add(track, () => undefined).state).toBe('no-data')
})

describe('a remote track', () => {
  /** A peer connection to itself that carries a half-scale sine: RMS 0.3536. */
  async function createRemoteTrack(): Promise<{ track: MediaStreamTrack; receiver: RTCRtpReceiver }> {
    const context = createContext()
    const destination = new MediaStreamAudioDestinationNode(context)
    const gain = new GainNode(context, { gain: 0.5 })
    const tone = new OscillatorNode(context, { frequency: 440 })
    tone.connect(gain).connect(destination)
    tone.start()
    const sender = new RTCPeerConnection()
    const receiver = new RTCPeerConnection()
    closing.push(() => { sender.close() }, () => { receiver.close() })
    sender.onicecandidate = ({ candidate }) => { void receiver.addIceCandidate(candidate ?? undefined) }
    receiver.onicecandidate = ({ candidate }) => { void sender.addIceCandidate(candidate ?? undefined) }
    const arrived = new Promise<RTCTrackEvent>((resolve) => { receiver.ontrack = resolve })
    sender.addTrack(destination.stream.getAudioTracks()[0] as MediaStreamTrack)
    await sender.setLocalDescription()
    await receiver.setRemoteDescription(sender.localDescription as RTCSessionDescription)
    await receiver.setLocalDescription()
    await sender.setRemoteDescription(receiver.localDescription as RTCSessionDescription)
    return arrived
  }

  async function packetsReceived(receiver: RTCRtpReceiver): Promise<number> {
    for (const report of (await receiver.getStats()).values() as Iterable<{ type: string; packetsReceived?: number }>) {
      if (report.type === 'inbound-rtp') return report.packetsReceived ?? 0
    }
    return 0
  }

  const claim = remoteTracksNeedSink ? 'while a meter keeps its sink, and 0 without (the day this fails, the sink can go)' : 'with and without a sink'
  test(`reads what was sent ${claim}`, async () => {
    const { track, receiver } = await createRemoteTrack()
    const meter = await LevelMeter.create(createContext(), { interval: 0.1 })
    const readings = new Readings()
    meter.add(track, readings.take, { sink: false })
    while (await packetsReceived(receiver) < 50) await readings.next()
    const before = readings.all.length
    await readings.atLeast(before + 5)
    // Opus changes the tone a little: half a decibel, as browser-facts R3 has it.
    const isWhatWasSent = ({ rms: [rms = 0] }: LevelReading): boolean => Math.abs(20 * Math.log10(rms / Math.SQRT1_2 / 0.5)) < 0.5
    if (remoteTracksNeedSink) expect(readings.all.map(({ level }) => level).filter((level) => level > 0)).toEqual([])
    else await readings.next(isWhatWasSent)

    const stopSinking = meter.add(track, () => undefined)
    await readings.next(isWhatWasSent)
    stopSinking()
    await readings.next(remoteTracksNeedSink ? ({ level }) => level === 0 : isWhatWasSent)
  })
})

describe('meterTrack', () => {
  test('meters a microphone in one call, all calls in one context that closes with the last', async () => {
    const contexts: AudioContext[] = []
    vi.stubGlobal('AudioContext', class extends AudioContext {
      constructor() {
        super()
        contexts.push(this)
      }
    })
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    const readings = [new Readings(), new Readings(), new Readings()]
    const meterings: Metering[] = []
    for (const [index, interval] of [0.05, 0.05, 0.1].entries()) {
      meterings.push(await meterTrack(stream, (readings[index] as Readings).take, { interval }))
    }
    await Promise.all(readings.map((each) => each.next(({ level }) => level > 0))) // the fake device beeps twice a second
    expect(contexts).toHaveLength(1)
    expect(meterings.map(({ state }) => state)).toEqual(['live', 'live', 'live'])
    for (const stop of meterings) {
      expect(contexts[0]?.state).toBe('running')
      stop()
      stop()
    }
    expect(meterings.map(({ state }) => state)).toEqual(['ended', 'ended', 'ended'])
    if (contexts[0]?.state !== 'closed') await new Promise((resolve) => { contexts[0]?.addEventListener('statechange', resolve) })
    expect(contexts[0]?.state).toBe('closed')
    for (const track of stream.getTracks()) track.stop()
  })

  test('its signal stops it, before and after', async () => {
    const track = createTrack(0.5)
    const reason = new Error('changed my mind')
    await expect(meterTrack(track, () => undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const early = new AbortController()
    const rejected = meterTrack(track, () => undefined, { signal: early.signal })
    early.abort(reason)
    await expect(rejected).rejects.toBe(reason)
    const late = new AbortController()
    const metering = await meterTrack(track, () => undefined, { signal: late.signal })
    late.abort()
    expect(metering.state).toBe('ended')
  })
})

test('a sink that the browser paused, as Chromium does when it freezes a page, plays on; a stopped one does not', async () => {
  const plays = vi.spyOn(HTMLMediaElement.prototype, 'play')
  closing.push(() => { plays.mockRestore() })
  const meter = await LevelMeter.create(createContext())
  const metering = meter.add(createTrack(0.5), () => undefined)
  const [sink] = plays.mock.contexts.filter((element): element is HTMLMediaElement => element instanceof HTMLMediaElement)
  await expect.poll(() => sink?.paused).toBe(false)
  sink?.pause()
  expect(sink?.paused).toBe(true)
  await expect.poll(() => sink?.paused).toBe(false)
  metering()
  expect(sink?.paused).toBe(true)
  await new Promise((resolve) => { requestAnimationFrame(resolve) }) // `pause` events would have come
  expect(sink?.paused).toBe(true)
  expect(plays).toHaveBeenCalledTimes(2)
})
