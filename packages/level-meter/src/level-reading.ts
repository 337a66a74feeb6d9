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
  /** Channel 0 as it came, exactly `frames` samples, gap-free from reading to reading. Yours for ever. Absent unless asked for. */
  pcm?: Float32Array
  /** Frames of PCM lost just before this reading, because the page took none for more than 10 s; else absent. */
  dropped?: number
}
