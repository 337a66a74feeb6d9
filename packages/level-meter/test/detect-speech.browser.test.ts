import { afterEach, describe, expect, test, vi } from 'vitest'
import { detectSpeech } from '../src/index.ts'
import { makeNoise, makeSpeechLike, mixed } from './speech-like.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  for (const close of closing.splice(0).reverse()) await close()
})

/** A local track of 1.5 s of speech and 1.5 s of noise in turns, and the clones made of it. */
function createSpeakingTrack(): { track: MediaStreamTrack; clones: MediaStreamTrack[] } {
  const context = new AudioContext()
  closing.push(() => context.close())
  const { sampleRate } = context
  const speech = makeSpeechLike({ seconds: 10, level: -30, seed: 1, sampleRate }).samples.subarray(1.5 * sampleRate, 4.5 * sampleRate)
  speech.fill(0, 0, 1.5 * sampleRate)
  const samples = mixed(speech, makeNoise('pink', { seconds: 3, level: -50, seed: 1, sampleRate }))
  const buffer = new AudioBuffer({ length: samples.length, sampleRate })
  buffer.copyToChannel(samples, 0)
  const source = new AudioBufferSourceNode(context, { buffer, loop: true })
  const destination = new MediaStreamAudioDestinationNode(context)
  source.connect(destination)
  source.start()
  const track = destination.stream.getAudioTracks()[0] as MediaStreamTrack // a destination's stream has exactly one
  const clones: MediaStreamTrack[] = []
  const clone = track.clone.bind(track)
  track.clone = () => {
    const made = clone()
    clones.push(made)
    return made
  }
  closing.push(() => { track.stop() })
  return { track, clones }
}

const statesOf = (tracks: readonly MediaStreamTrack[]): string[] => tracks.map(({ readyState }) => readyState)

/** Collects changes, and lets a test wait for them. */
class Changes {
  readonly all: boolean[] = []
  #arrived: () => void = () => undefined

  readonly take = (speaking: boolean): void => {
    this.all.push(speaking)
    this.#arrived()
  }

  async atLeast(count: number): Promise<boolean[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => { this.#arrived = resolve })
    return this.all
  }
}

test.each(['track', 'stream'])('tells when speech begins and ends in a %s that the user has muted', async (form) => {
  const { track, clones } = createSpeakingTrack()
  track.enabled = false
  const changes = new Changes()
  const stop = await detectSpeech(form === 'track' ? track : new MediaStream([track]), changes.take)
  expect(await changes.atLeast(4)).toEqual([true, false, true, false])
  expect([stop.state, track.enabled, ...statesOf(clones)]).toEqual(['live', false, 'live'])
  stop()
  stop()
  expect([stop.state, track.readyState, ...statesOf(clones)]).toEqual(['ended', 'live', 'ended'])
})

test('says nothing of a track that is silent', async () => {
  const context = new AudioContext()
  closing.push(() => context.close())
  const track = new MediaStreamAudioDestinationNode(context).stream.getAudioTracks()[0] as MediaStreamTrack
  const silent = new Changes()
  const other = new Changes()
  const stops = [await detectSpeech(track, silent.take), await detectSpeech(createSpeakingTrack().track, other.take)]
  await other.atLeast(2)
  for (const stop of stops) stop()
  expect(silent.all).toEqual([])
})

describe('the clone ends', () => {
  test('soon after track.stop(), and a speaker who is cut off is silent then', async () => {
    const { track, clones } = createSpeakingTrack()
    const changes = new Changes()
    const stop = await detectSpeech(track, changes.take)
    await changes.atLeast(1)
    track.stop()
    expect(await changes.atLeast(2)).toEqual([true, false])
    expect([stop.state, ...statesOf(clones)]).toEqual(['ended', 'ended'])
  })

  test('after track.stop() also while no reading comes, because the page may not play', async () => {
    vi.stubGlobal('AudioContext', class extends AudioContext {
      constructor() {
        super()
        void super.suspend()
      }
      override resume(): Promise<void> {
        return new Promise(() => undefined)
      }
    })
    const { track, clones } = createSpeakingTrack()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const stop = await detectSpeech(track, () => undefined)
    track.stop()
    expect(statesOf(clones)).toEqual(['live'])
    vi.advanceTimersByTime(1000)
    expect([stop.state, ...statesOf(clones)]).toEqual(['ended', 'ended'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('with the event of a device that is gone', async () => {
    const { track, clones } = createSpeakingTrack()
    const listen = vi.spyOn(track, 'addEventListener')
    const stop = await detectSpeech(track, () => undefined)
    Object.defineProperty(track, 'readyState', { value: 'ended' }) // as when the device is pulled out
    // Called by hand: in Firefox 153 what a script dispatches on a track reaches no listener but `onended`.
    for (const [type, listener] of listen.mock.calls) if (type === 'ended') (listener as () => void)()
    expect([stop.state, ...statesOf(clones)]).toEqual(['ended', 'ended'])
  })

  test('with the signal', async () => {
    const reason = new Error('changed my mind')
    const { track, clones } = createSpeakingTrack()
    await expect(detectSpeech(track, () => undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(clones).toEqual([])

    const early = new AbortController()
    const rejected = detectSpeech(track, () => undefined, { signal: early.signal })
    early.abort(reason)
    expect(statesOf(clones)).toEqual(['ended'])
    await expect(rejected).rejects.toBe(reason)

    const late = new AbortController()
    const changes = new Changes()
    const stop = await detectSpeech(track, changes.take, { signal: late.signal })
    await changes.atLeast(1)
    late.abort()
    expect([stop.state, track.readyState, ...statesOf(clones)]).toEqual(['ended', 'live', 'ended', 'ended'])
    expect(changes.all).toEqual([true])
  })

  test('when the meter cannot start', async () => {
    const { track, clones } = createSpeakingTrack()
    await expect(detectSpeech(track, () => undefined, { workletUrl: '/nowhere.js' })).rejects.toThrow()
    expect(statesOf(clones)).toEqual(['ended'])
  })
})

test('a track that has ended, or ends on the way, is ended from the start', async () => {
  const { track, clones } = createSpeakingTrack()
  const changes = new Changes()
  const starting = detectSpeech(track, changes.take)
  track.stop()
  const stops = [await starting, await detectSpeech(track, changes.take)]
  expect(stops.map(({ state }) => state)).toEqual(['ended', 'ended'])
  expect(statesOf(clones)).toEqual(['ended', 'ended'])
  expect(changes.all).toEqual([])
})

test('says what is wrong with an argument, and clones nothing', async () => {
  const { track, clones } = createSpeakingTrack()
  await expect(detectSpeech(track, undefined as never)).rejects.toThrow(new TypeError('detectSpeech: onChange must be a function'))
  await expect(detectSpeech({} as never, () => undefined)).rejects.toThrow(TypeError)
  await expect(detectSpeech(track, () => undefined, { backend: 'quick' as never })).rejects.toThrow(TypeError)
  expect(statesOf(clones)).toEqual(['ended'])
})
