// Reports of a large call, grown from a recorded one.
import { readFileSync } from 'node:fs'

/** Reports of a recording: an array of Maps per source, as getStats() would have given them. */
export function recorded(name) {
  const { series, browser } = JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))
  return { browser, series: Object.fromEntries(Object.entries(series).map(([source, readings]) => [source, readings.map(({ report }) => new Map(report))])) }
}

/** What a client behind a NAT with two interfaces and a TURN server has with an SFU that has two addresses: host, server-reflexive and relayed candidates. */
const CANDIDATES = { local: 6, remote: 2 }
/** Payload types in use, both directions: opus, VP8, VP9, H.264 and AV1. Browsers share one entry among all m-lines that agree. */
const CODECS = 10
const SENT = 2
/** A second of media: 50 packets of opus at 32 kbit/s or 25 frames of video at 1 Mbit/s. */
const PER_SECOND = {
  audio: { bytes: 4000, headers: 1400, packets: 50, energy: 0.02, samples: 48_000 },
  video: { bytes: 125_000, headers: 2600, packets: 125, frames: 25 },
}

const { browser, series } = recorded('audio-video-two-way')
const last = series.caller.at(-1)
export const grownFrom = browser
const sample = (type, kind) => [...last.values()].find((entry) => entry.type === type && (kind === undefined || entry.kind === kind))

/**
 * The report of second `n` of a call of `tracks` tracks: 1 is a received audio track; of more, an audio and a video track are sent and the rest
 * received, audio and video in turns. New objects each time, as in a browser.
 */
export function reportOfCall(tracks, n, { codecs = CODECS } = {}) {
  const timestamp = 1_795_410_585_184.152 + 1000 * n
  const report = new Map()
  const add = (entry, id, more) => report.set(id, { ...entry, timestamp, ...more, id })
  const transport = sample('transport')
  const pairs = []
  for (const side of ['local', 'remote']) for (let k = 0; k < CANDIDATES[side]; k++) add(sample(`${side}-candidate`), `I${side}${k}`, { port: 40_000 + k })
  for (let k = 0; k < CANDIDATES.local * CANDIDATES.remote; k++) {
    const used = k === 0
    const ids = { localCandidateId: `Ilocal${k % CANDIDATES.local}`, remoteCandidateId: `Iremote${k % CANDIDATES.remote}` }
    pairs.push(`CP${k}`)
    add(last.get(transport.selectedCandidatePairId), `CP${k}`, used
      ? { ...ids, bytesSent: 140_000 * n, bytesReceived: 70_000 * tracks * n, packetsSent: 190 * n, packetsReceived: 95 * tracks * n, currentRoundTripTime: 0.04 }
      : { ...ids, nominated: false, state: 'waiting', bytesSent: 0, bytesReceived: 0, packetsSent: 0, packetsReceived: 0, currentRoundTripTime: undefined })
  }
  add(transport, 'T01', { selectedCandidatePairId: pairs[0], bytesSent: 141_000 * n, bytesReceived: 70_100 * tracks * n })
  for (let k = 0; k < codecs; k++) add(sample('codec'), `C${k}`, { payloadType: 96 + (k % 32) })
  add(sample('media-playout'), 'AP', { totalSamplesCount: 48_000 * n })

  const sent = tracks > 1 ? SENT : 0
  for (let k = 0; k < tracks; k++) {
    const kind = k % 2 === 0 ? 'audio' : 'video'
    const { bytes, headers, packets, frames, energy, samples } = PER_SECOND[kind]
    const ssrc = 100_000 + k
    const common = { ssrc, mid: String(k), transportId: 'T01', codecId: `C${k % Math.min(codecs, CODECS)}` }
    if (k < sent) {
      add(sample('media-source', kind), `S${k}`, { trackIdentifier: `track-${k}`, ...(samples && { totalSamplesDuration: n, totalAudioEnergy: energy * n }) })
      add(sample('outbound-rtp', kind), `O${ssrc}`, {
        ...common, mediaSourceId: `S${k}`, remoteId: `RI${ssrc}`, bytesSent: bytes * n, headerBytesSent: headers * n, packetsSent: packets * n, ...(frames && { framesSent: frames * n, framesEncoded: frames * n }),
      })
      add(sample('remote-inbound-rtp', kind), `RI${ssrc}`, { ...common, localId: `O${ssrc}`, roundTripTime: 0.041, fractionLost: 0.01 })
    } else {
      add(sample('inbound-rtp', kind), `IN${ssrc}`, {
        ...common, remoteId: `RO${ssrc}`, trackIdentifier: `track-${k}`, bytesReceived: bytes * n, headerBytesReceived: headers * n, packetsReceived: packets * n, packetsLost: n,
        ...(frames && { framesDecoded: frames * n, framesReceived: frames * n, framesRendered: frames * n, retransmittedPacketsReceived: n }),
        ...(samples && { totalSamplesReceived: samples * n, totalSamplesDuration: n, totalAudioEnergy: energy * n, playoutId: 'AP' }),
      })
      add(sample('remote-outbound-rtp', kind), `RO${ssrc}`, { ...common, localId: `IN${ssrc}`, bytesSent: bytes * n, packetsSent: packets * n })
    }
  }
  return report
}
