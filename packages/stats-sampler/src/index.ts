// The declarations name Symbol.dispose, which the default `lib` of most targets lacks.
/// <reference lib="esnext.disposable" preserve="true" />
export { StatsSampler, type SamplingOptions, type StatsSamplerOptions, type StatsSource, type TakenReport } from './stats-sampler.js'
export { readReport, withSynchronizationSources, type ConnectionReading, type PathCounters, type PathReading, type StreamReading, type SynchronizationSource } from './connection-reading.js'
export { sampleBetween, type ConnectionSample, type StreamSample } from './connection-sample.js'
