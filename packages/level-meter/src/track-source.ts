import { playMuted } from './muted-sink.js'

/** A track's way into a context, shared by everyone who meters it there: the source node is the larger part of the cost. */
interface SharedSource {
  readonly node: MediaStreamAudioSourceNode
  readonly stream: MediaStream
  users: number
  sinkUsers: number
  endSink: (() => void) | undefined
}

const sourcesOfContext = new WeakMap<BaseAudioContext, Map<MediaStreamTrack, SharedSource>>()

/** Where a track's samples come out, until released. */
export interface TrackSource {
  readonly node: MediaStreamAudioSourceNode
  /** Idempotent. The last one to release ends the sink, too. The track itself is never stopped. */
  release(): void
}

/** One MediaStreamAudioSourceNode, and at most one muted element, per track and context. */
export function openTrack(context: AudioContext, track: MediaStreamTrack, options: { readonly sink: boolean }): TrackSource {
  const sources = sourcesOfContext.get(context) ?? new Map<MediaStreamTrack, SharedSource>()
  sourcesOfContext.set(context, sources)
  const shared = sources.get(track) ?? createSource(context, track)
  sources.set(track, shared)

  shared.users++
  if (options.sink && ++shared.sinkUsers === 1) shared.endSink = playMuted(shared.stream)

  let released = false
  return {
    node: shared.node,
    release() {
      if (released) return
      released = true
      if (options.sink && --shared.sinkUsers === 0) shared.endSink?.()
      if (--shared.users === 0) {
        shared.node.disconnect()
        sources.delete(track)
      }
    },
  }
}

function createSource(context: AudioContext, track: MediaStreamTrack): SharedSource {
  // A stream of its own: createMediaStreamSource takes the first track of a stream by id, and a stream's tracks change.
  const stream = new MediaStream([track])
  return { node: createNode(context, track, stream), stream, users: 0, sinkUsers: 0, endSink: undefined }
}

function createNode(context: AudioContext, track: MediaStreamTrack, stream: MediaStream): MediaStreamAudioSourceNode {
  try {
    return context.createMediaStreamSource(stream)
  } catch (error) {
    // Reported of older versions of Firefox (bugzilla 1674892), whose words name no remedy; version 153 resamples.
    if (!(error instanceof DOMException && error.name === 'NotSupportedError')) throw error
    const { sampleRate } = track.getSettings()
    throw new DOMException(
      `LevelMeter.add: source is a track of ${sampleRate ?? 'another'} Hz, which this browser does not resample to ${context.sampleRate} Hz: `
      + `create the AudioContext without the option sampleRate (${error.message})`, 'NotSupportedError')
  }
}
