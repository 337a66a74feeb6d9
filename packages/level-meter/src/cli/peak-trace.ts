import { chooseKernel } from '../kernel-builds.js'
import { createJavaScriptKernel } from '../worklet/javascript-kernel.js'
import { createWasmKernel, rowMargin, truePeakFlag } from '../worklet/kernel.js'

/**
 * Returns a function that takes the next samples of each channel and gives their true peak, linear, over all channels. The
 * interpolator goes on from call to call; that of a LoudnessAnalyser after `reset()` would start in silence, and overshoot.
 * @param sampleRate Hz
 */
export async function createPeakTrace(sampleRate: number, channels: number): Promise<(samples: readonly Float32Array[]) => number> {
  const compiled = await chooseKernel('auto', 'level-meter')
  const kernel = compiled === undefined ? createJavaScriptKernel(sampleRate) : createWasmKernel(compiled, sampleRate)
  const entries = Array.from({ length: channels }, () => kernel.openChannel())
  return (samples) => Math.max(...samples.map((channel, index) => {
    const entry = entries[index] as number // one per channel
    const stride = rowMargin + ((channel.length + 3) & ~3)
    kernel.stage.set(channel, rowMargin)
    kernel.rowChannels[0] = truePeakFlag + entry
    kernel.clearLevels(entry)
    kernel.measure(1, stride, channel.length)
    return kernel.truePeaks[entry] as number
  }))
}
