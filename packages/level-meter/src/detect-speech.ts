import { audioTrackOf, type LevelMeterOptions } from './level-meter-options.js'
import { meterTrack } from './meter-track.js'
import { createMetering, type Metering } from './metering.js'

/** Seconds per reading: the most that a change is told late. */
const interval = 0.05
/** Milliseconds. A suspended context gives no readings, and `track.stop()` no event; the microphone must close all the same. */
const watchInterval = 1000

/**
 * Calls `onChange(true)` when speech begins and `onChange(false)` when it ends, also while the track is disabled: "you are
 * muted". Call the result to stop: `const stop = await detectSpeech(track, (speaking) => show(speaking && !track.enabled))`.
 * Silent is where it begins, without a call; after a `true` a `false` follows, unless you stop. Speech is what rises over the
 * noise of the last 3 s and is no click; it is known after 0.1 to 0.2 s, and its end after half a second. Music counts too.
 * For a source that is metered anyway, `SourceOptions.speech` gives the same.
 *
 * It listens to a clone of the track, which stays enabled. **The microphone is therefore in use while the user is muted**, and
 * the browser shows that; tell your users why. The clone is stopped with the detection: when you stop it, when `signal` aborts
 * and when the track ends, within a second after `track.stop()`. A track muted by the system (`track.muted`) is silent in its
 * clones too: `state` is then 'muted'.
 *
 * Rejects as `meterTrack` does. For a track that has ended it resolves, with `state` 'ended'.
 */
export async function detectSpeech(
  track: MediaStreamTrack | MediaStream,
  onChange: (speaking: boolean) => void,
  options: Pick<LevelMeterOptions, 'backend' | 'signal' | 'workletUrl'> = {},
): Promise<Metering> {
  if (typeof onChange !== 'function') throw new TypeError('detectSpeech: onChange must be a function')
  const { signal, ...meterOptions } = options
  signal?.throwIfAborted()
  const original = audioTrackOf(track, 'detectSpeech', 'a MediaStreamTrack or a MediaStream')
  const clone = original.clone()
  clone.enabled = true

  let speaking = false
  const ending = new AbortController()
  const end = (reason?: unknown): void => {
    clone.stop()
    clearInterval(watch)
    ending.abort(reason)
  }
  const endWithOriginal = (): void => {
    if (original.readyState === 'live' || ending.signal.aborted) return
    end()
    change(false)
  }
  const change = (now: boolean): void => {
    if (now === speaking) return
    speaking = now
    onChange(now)
  }
  const watch = setInterval(endWithOriginal, watchInterval)
  original.addEventListener('ended', endWithOriginal, { signal: ending.signal })
  signal?.addEventListener('abort', () => { end(signal.reason) }, { signal: ending.signal })
  endWithOriginal()

  try {
    const metering = await meterTrack(clone, (reading) => {
      endWithOriginal()
      if (!ending.signal.aborted) change(reading.speaking === true)
    }, { ...meterOptions, interval, speech: true, signal: ending.signal })
    endWithOriginal()
    return createMetering({ stop: () => { end() }, state: () => metering.state })
  } catch (error) {
    end()
    if (original.readyState === 'ended' && !signal?.aborted) return createMetering({ stop: () => undefined, state: () => 'ended' })
    throw error
  }
}
