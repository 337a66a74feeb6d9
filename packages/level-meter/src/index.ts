// The declarations name Symbol.dispose, which the default `lib` of most targets lacks.
/// <reference lib="esnext.disposable" preserve="true" />
export type { ChannelLabel } from './channel-weights.js'
export { detectSpeech } from './detect-speech.js'
export type { LevelMeterOptions, SourceOptions } from './level-meter-options.js'
export { LevelMeter } from './level-meter.js'
export type { LevelReading } from './level-reading.js'
export { fromDecibels, toDecibels } from './level-scale.js'
export { LoudnessAnalyser } from './loudness-analyser.js'
export type { LoudnessFormat, LoudnessReading } from './loudness-analyser.js'
export { meterTrack } from './meter-track.js'
export type { Metering } from './metering.js'
export { MomentaryMeter } from './momentary-meter.js'
export type { Backend } from './worklet-messages.js'
