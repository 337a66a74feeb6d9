/** What one source measured in one interval of the context's clock. */
export interface LevelReading {
  /** Whole intervals since the context's time 0; the same for all sources of a context that are cut at the same frame. */
  index: number
  /** First frame measured, on the context's clock (`currentTime * sampleRate`). */
  startFrame: number
  /** Frames measured; less than a whole interval only in a source's first reading. */
  frames: number
  /** Hz. */
  sampleRate: number
  /** 0..100: `Math.round(100 * min(1, max |sample|))` over all channels. */
  level: number
  /** Largest |sample| per channel, linear; can exceed 1. */
  peak: number[]
  /** Root mean square per channel, linear. */
  rms: number[]
  /** Mean per channel, linear. */
  dcOffset: number[]
  /** The largest channel count seen in the interval, at least 1; a silent or unconnected input is one channel of zeros. */
  channels: number
  /** Finite samples with |x| >= 1, all channels together. */
  clipped: number
  /** NaN and infinite samples, all channels together: counted here, taken as 0 everywhere but in `pcm`. */
  invalid: number
  /** dBTP per channel, of this interval; -Infinity for silence, never below `peak`. Absent unless asked for. ITU-R BS.1770-5 Annex 2. */
  truePeak?: number[]
  /**
   * LUFS of the 400 ms up to the last whole 10 ms of the interval, all channels together; before the source is that old, the
   * rest counts as silence. -Infinity for silence. This and the next five are absent unless asked for; EBU Tech 3341, 3342.
   */
  momentary?: number
  /** LUFS of the last 3 s, likewise. */
  shortTerm?: number
  /** LUFS: the largest momentary loudness of this interval, every 10 ms. */
  maxMomentary?: number
  /** LUFS: the largest short-term loudness of this interval, every 100 ms; `shortTerm` in an interval without such a point. */
  maxShortTerm?: number
  /** LUFS since `add` or `resetLoudness()`, with both gates; -Infinity while nothing has passed them. */
  integrated?: number
  /** LU: loudness range since `add` or `resetLoudness()`; 0 before 3 s. */
  range?: number
  /** Somebody speaks at the end of the interval. Absent unless asked for. */
  speaking?: boolean
  /** Channel 0 as it came, exactly `frames` samples, gap-free from reading to reading. Yours for ever. Absent unless asked for. */
  pcm?: Float32Array
  /** Frames of PCM lost just before this reading, because the page took none for more than 10 s; else absent. */
  dropped?: number
}
