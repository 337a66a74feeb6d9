import { beforeEach, expect, onTestFinished } from 'vitest'
import { until } from './participant.js'

// No test ends with a capture that is live. Once Chromium has collected enough camera tracks that nobody stopped, it
// answers getUserMedia no more in that page: tests that have nothing to do with it time out.

let made: MediaStreamTrack[] = []

function counted<Track extends MediaStreamTrack>(track: Track): Track {
  made.push(track)
  return track
}

const { clone } = MediaStreamTrack.prototype
MediaStreamTrack.prototype.clone = function (this: MediaStreamTrack): MediaStreamTrack {
  return counted(clone.call(this))
}

for (const name of ['getUserMedia', 'getDisplayMedia'] as const) {
  const open = MediaDevices.prototype[name]
  MediaDevices.prototype[name] = async function (this: MediaDevices, constraints?: MediaStreamConstraints): Promise<MediaStream> {
    const stream = await open.call(this, constraints)
    stream.getTracks().forEach(counted)
    return stream
  }
}

beforeEach(() => {
  made = []
  onTestFinished(() => until(() => {
    expect(made.filter((track) => track.readyState === 'live').map((track) => track.kind), 'still captured').toEqual([])
  }))
})
