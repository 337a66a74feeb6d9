import type { LevelMeterOptions, SourceOptions } from './level-meter-options.js'
import { MomentaryMeter, openMeter, type Analysis } from './momentary-meter.js'
import { SourceAnalysis } from './source-analysis.js'

/**
 * Meters any number of sources in one AudioContext: one AudioWorkletNode with many inputs, one kernel call per render quantum.
 * Lives until `close()`, until its signal aborts or its (real-time) context closes.
 */
export class LevelMeter extends MomentaryMeter<SourceOptions> {
  /**
   * Resolves in a suspended context too, and in an OfflineAudioContext.
   *
   * Rejects with a RangeError (`interval`, or a context below 8 or above 192 kHz), a TypeError (another argument), InvalidStateError (a closed context),
   * NotSupportedError (no AudioWorklet, or a `backend` that cannot run here), the signal's reason, or an Error that says
   * how to let the worklet through the Content-Security-Policy.
   */
  static override create(context: BaseAudioContext, options: LevelMeterOptions = {}): Promise<LevelMeter> {
    return openMeter(context, options, (parts) => new LevelMeter(parts))
  }

  protected override analysisOf(options: SourceOptions, sampleRate: number): Analysis | undefined {
    return options.loudness || options.speech ? new SourceAnalysis(options, sampleRate) : undefined
  }
}
