export { LevelMeter, type LevelMeterOptions, type Metering, type SourceOptions } from './level-meter.js'
export type { LevelReading } from './level-reading.js'
export { fromDecibels, toDecibels } from './level-scale.js'
export { meterTrack } from './meter-track.js'
