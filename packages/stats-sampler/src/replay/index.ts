export { readRecording, sampleRecording, type RecordedReading } from './read-recording.js'
export { RecordingError } from './recording-error.js'
export { startRecording, type RecordingOptions } from './start-recording.js'
