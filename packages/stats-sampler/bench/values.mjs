// What each package tells its user of the same reports, beside what is true.
import { mos } from '../dist/quality/index.js'
import { recorded } from './call.mjs'
import { asShown, calculateAudioMOS, calculateLatencyMOS, packages } from './packages.mjs'

const [OURS, PEERMETRICS, ISSUE_DETECTOR, OBSERVERTC] = Object.keys(packages)

const round = (value) => String(Math.abs(value) < 10 ? Number(value.toPrecision(3)) : Math.round(value))

/** ms, of second 0. */
const START = 1_795_410_000_000
const transport = { type: 'transport', id: 'T', selectedCandidatePairId: 'CP', dtlsState: 'connected' }
const pair = { type: 'candidate-pair', id: 'CP', transportId: 'T', state: 'succeeded', nominated: true, localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: 0.02 }
const candidates = [{ type: 'local-candidate', id: 'L', protocol: 'udp' }, { type: 'remote-candidate', id: 'R', protocol: 'udp' }]
const inbound = { type: 'inbound-rtp', id: 'I11', ssrc: 11, kind: 'audio', mid: '0', transportId: 'T', trackIdentifier: 'track', jitter: 0, packetsLost: 0, packetsReceived: 1000, bytesReceived: 100_000 }
const outbound = { type: 'outbound-rtp', id: 'O22', ssrc: 22, kind: 'audio', mid: '1', transportId: 'T', remoteId: 'RI22', packetsSent: 1000, bytesSent: 100_000 }
const remoteInbound = { type: 'remote-inbound-rtp', id: 'RI22', ssrc: 22, kind: 'audio', transportId: 'T', localId: 'O22', jitter: 0, packetsLost: 0, fractionLost: 0 }

/** The report of a second; the connection is there unless `entries` say otherwise. */
function report(second, ...entries) {
  const whole = [transport, pair, ...candidates, ...entries]
  return new Map(whole.map((entry) => [entry.id, { timestamp: START + 1000 * second, ...entry }]))
}

/** A receiver's counters at two seconds; the pair counts its packets too. */
const receiving = (before, after, more = {}) => [before, after].map((counters, n) =>
  report(n + 1, { ...inbound, ...counters }, { ...pair, packetsReceived: { ...inbound, ...counters }.packetsReceived, ...more }))

/** What each package gave after the last of the reports. */
async function replay(reports, options) {
  const given = {}
  for (const [name, make] of Object.entries(packages)) {
    const run = await make(options)
    for (const one of reports) await run.tick(asShown(one))
    given[name] = run.values()
  }
  return given
}

const KINDS = ['audio', 'video']
const connectionOf = (monitor) => monitor.peerConnections[0]
/** The received stream with this ssrc, as each package has it. */
const streamsOf = (given, ssrc = 11) => ({
  [OURS]: given[OURS]?.streams.find((stream) => stream.ssrc === ssrc),
  [PEERMETRICS]: KINDS.flatMap((kind) => given[PEERMETRICS][kind].inbound).find((stream) => stream.ssrc === ssrc),
  [ISSUE_DETECTOR]: KINDS.flatMap((kind) => given[ISSUE_DETECTOR].stats[kind].inbound).find((stream) => stream.ssrc === ssrc),
  [OBSERVERTC]: connectionOf(given[OBSERVERTC]).inboundRtps.find((stream) => stream.ssrc === ssrc),
})

/** Undefined stays so: nothing was given. */
const times = (value, factor) => (value === undefined ? undefined : value * factor)
const payload = ({ bytesPerSecond, headerBytesPerSecond = 0 }) => (bytesPerSecond === undefined ? undefined : 8 * (bytesPerSecond - headerBytesPerSecond))
const bitrate = (given, ssrc) => {
  const { [OURS]: ours, ...others } = streamsOf(given, ssrc)
  return { [OURS]: ours && payload(ours), ...mapValues(others, (stream) => stream?.bitrate) }
}
const packetRate = (given) => {
  const { [OURS]: ours, ...others } = streamsOf(given)
  return { [OURS]: ours.packetsPerSecond, ...mapValues(others, (stream) => stream?.packetRate) }
}
const loss = (given) => {
  const { [OURS]: ours, [PEERMETRICS]: peermetrics, [OBSERVERTC]: observertc } = streamsOf(given)
  const percent = given[ISSUE_DETECTOR].scores?.statsSamples.inboundStatsSample?.packetsLoss
  return { [OURS]: ours.lossRatio, [PEERMETRICS]: peermetrics.packetLossRate, [ISSUE_DETECTOR]: times(percent, 0.01), [OBSERVERTC]: observertc.fractionLost }
}
/** Where a package gives no sum, its user adds up. */
const received = (given, kind) => {
  const sum = (streams) => streams.reduce((total, stream) => total + (stream.bitrate ?? 0), 0)
  return {
    [OURS]: given[OURS].streams.filter((stream) => stream.direction === 'receive' && stream.kind === kind).reduce((total, stream) => total + (payload(stream) ?? 0), 0),
    [PEERMETRICS]: sum(given[PEERMETRICS][kind].inbound),
    [ISSUE_DETECTOR]: sum(given[ISSUE_DETECTOR].stats[kind].inbound),
    [OBSERVERTC]: connectionOf(given[OBSERVERTC])[kind === 'audio' ? 'receivingAudioBitrate' : 'receivingVideoBitrate'],
  }
}
const rtt = (given) => ({
  [OURS]: given[OURS].rttMs,
  [PEERMETRICS]: times(given[PEERMETRICS].connection.currentRoundTripTime, 1000),
  [ISSUE_DETECTOR]: (given[ISSUE_DETECTOR].scores.statsSamples.outboundStatsSample ?? given[ISSUE_DETECTOR].scores.statsSamples.inboundStatsSample)?.rtt,
  [OBSERVERTC]: times(given[OBSERVERTC].avgRttInSec, 1000),
})
const frameRate = (given) => {
  const { [OURS]: ours, ...others } = streamsOf(given)
  return { [OURS]: ours.framesPerSecond, ...mapValues(others, (stream) => stream.framesPerSecond ?? stream.ewmaFps) }
}

const mapValues = (object, change) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]))

/** A second in which `lossPercent` of 100 packets are lost. */
async function mosOf({ lossPercent = 0, rttMs = 20 }) {
  const given = await replay(receiving({}, { packetsReceived: 1100 - lossPercent, packetsLost: lossPercent, bytesReceived: 108_000 }, { currentRoundTripTime: rttMs / 1000 }))
  const { lossRatio, jitterMs } = given[OURS].streams[0]
  return {
    [OURS]: mos({ lossRatio, rttMs: given[OURS].rttMs, jitterMs }),
    [ISSUE_DETECTOR]: given[ISSUE_DETECTOR].scores.inbound,
    // Functions without a caller in the package. 64 kbit/s, no jitter buffer, neither DTX nor FEC.
    [OBSERVERTC]: [calculateLatencyMOS({ avgJitter: 0, rttInMs: rttMs, packetsLoss: lossPercent }), calculateAudioMOS(64_000, lossPercent, 0, rttMs, false, false)],
  }
}

/** ITU-T G.107: R to MOS. */
const mosOfR = (r) => 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6
/** Of codecs that G.113 appendix I lists, G.711 with concealment stands random loss best: Ie 0, Bpl 25.1. */
const bestAtLoss = (percent) => mosOfR(93.2 - (95 * percent) / (percent + 25.1))
/** G.107 7.4, Idd of the network's one-way delay alone. */
function bestAtDelay(oneWayMs) {
  const x = Math.log2(oneWayMs / 100)
  return mosOfR(93.2 - 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2))
}

const near = (truth) => ({ truth: round(truth), holds: (value) => Math.abs(value - truth) <= 0.005 * Math.abs(truth) }) // all are divisions of the same two counters; one floors milliseconds
const unknown = { truth: 'not known', holds: () => false }
const onScale = (most) => ({ truth: `1 to ${most.toFixed(2)}`, holds: (value) => value >= 1 && value <= most + 0.005 }) // two decimals are shown

/** `how`: where the truth is from. `options`: what the package is told of the browser. */
const CASES = [
  { name: 'bit/s, steady', how: '5,000 bytes in 1 s', ...near(40_000), reports: receiving({}, { bytesReceived: 105_000 }), read: bitrate },
  { name: 'packets/s, steady', how: '50 packets in 1 s', ...near(50), reports: receiving({}, { packetsReceived: 1050 }), read: packetRate },
  { name: 'bit/s received by the connection', how: '5,000 bytes in 1 s on its one stream', ...near(40_000), reports: receiving({}, { bytesReceived: 105_000 }), read: (given) => received(given, 'audio') },
  { name: 'bit/s after a counter reset', how: 'from 2,000 to 500 bytes: when it began anew is not told', ...unknown, reports: receiving({ bytesReceived: 2000 }, { bytesReceived: 500 }), read: bitrate },
  { name: 'packets/s after a counter reset', how: 'from 1,000 to 50 packets', ...unknown, reports: receiving({}, { packetsReceived: 50 }), read: packetRate },
  { name: 'bit/s after an ssrc change under the same id', how: 'another stream: its start is not told', ...unknown, reports: receiving({ bytesReceived: 90_000 }, { ssrc: 12, bytesReceived: 95_000 }), read: (given) => bitrate(given, 12) },
  { name: 'bit/s of the same report twice', how: 'no time has passed', ...unknown, reports: [...receiving({}, { bytesReceived: 105_000 }), receiving({}, { bytesReceived: 105_000 })[1]], read: bitrate },
  {
    name: 'bit/s received when one of two tracks leaves', how: '5,000 bytes in 1 s on the one that stays', ...near(40_000), read: (given) => received(given, 'audio'),
    reports: [1, 2, 3].map((n) => report(n, { ...inbound, bytesReceived: 5000 * n }, ...(n < 3 ? [{ ...inbound, id: 'I12', ssrc: 12, mid: '2', trackIdentifier: 'other', bytesReceived: 50_000 * n }] : []))),
  },
  { name: 'loss of the last second, after a clean call', how: '60 lost, 40 received', ...near(0.6), reports: receiving({ packetsReceived: 10_000 }, { packetsReceived: 10_040, packetsLost: 60 }), read: loss },
  { name: 'loss when late packets come', how: 'packetsLost from 10 to 4: nothing was lost in this second', truth: 0, holds: (value) => value === 0, reports: receiving({ packetsLost: 10 }, { packetsReceived: 1050, packetsLost: 4 }), read: loss },
  { name: 'frames/s where the browser gives none', how: '25 frames decoded in 1 s', ...near(25), reports: receiving({ kind: 'video', framesDecoded: 1000 }, { kind: 'video', framesDecoded: 1025 }), read: frameRate },
  { name: 'round-trip time', how: 'currentRoundTripTime 0.2 s', ...near(200), reports: receiving({}, { packetsReceived: 1050 }, { currentRoundTripTime: 0.2 }), read: rtt },
  {
    name: 'round-trip time where the pair has none (older Firefox)', how: 'remote-inbound-rtp.roundTripTime 0.2 s', ...near(200), read: rtt, options: { browser: 'firefox' },
    reports: [1, 2].map((n) => {
      const one = report(n, { ...pair, selected: true, currentRoundTripTime: undefined, packetsSent: 50 * n }, { ...outbound, packetsSent: 1000 + 50 * n }, { ...remoteInbound, roundTripTime: 0.2 })
      one.delete(transport.id)
      return one
    }),
  },
]
const MOS_CASES = [
  { name: 'MOS at 60 % loss', how: 'G.107 with the codec of G.113 that stands loss best', ...onScale(bestAtLoss(60)), input: { lossPercent: 60 } },
  { name: 'MOS at 80 % loss', how: 'as above', ...onScale(bestAtLoss(80)), input: { lossPercent: 80 } },
  { name: 'MOS at a round trip of 1,000 ms', how: 'G.107, 500 ms one way, all else perfect', ...onScale(bestAtDelay(500)), input: { rttMs: 1000 } },
]

/** Rows of `{ name, how, truth, values: { package: { shown, isRight } } }`; a package that gives nothing of the kind shows `-`, which is never wrong. */
export async function measureValues() {
  const rows = []
  for (const { reports, read, options, ...row } of CASES) rows.push(judge(row, read(await replay(reports, options))))
  for (const { input, ...row } of MOS_CASES) rows.push(judge(row, await mosOf(input)))
  rows.push(await delayRow(), ...await recordedRows())
  return rows
}

const judge = ({ name, how, truth, holds, show = (all) => all.map(round).join(' and ') }, values) => ({
  name, how, truth: String(truth),
  values: Object.fromEntries(Object.keys(packages).map((key) => {
    const all = [values[key]].flat().filter((value) => value !== undefined && value !== null)
    return [key, { shown: all.length > 0 ? show(all) : '-', isRight: all.every(holds) }]
  })),
})

/** One-way delay through 150 ms, where one formula changes its term. */
async function delayRow() {
  const [near, far] = [await mosOf({ rttMs: 240 }), await mosOf({ rttMs: 280 })]
  const pairs = mapValues(near, (value, key) => [value].flat().map((before, n) => ({ before, after: [far[key]].flat()[n] })))
  return judge({
    name: 'MOS from 240 to 280 ms round trip', how: 'more delay is never better', truth: 'not rising',
    holds: ({ before, after }) => after <= before, show: (all) => all.map(({ before, after }) => `${round(before)} to ${round(after)}`).join(' and '),
  }, pairs)
}

/** The recordings of real browsers: the last second of a call, and a receiver that began to count anew. */
async function recordedRows() {
  const call = recorded('audio-video-two-way').series.caller
  const [before, after] = call.slice(-2).map((one) => [...one.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video'))
  const truth = (8000 * (after.bytesReceived - before.bytesReceived)) / (after.timestamp - before.timestamp)
  const how = 'bytesReceived of the recording by its time'
  const given = await replay(call)
  const changes = recorded('ssrc-change').series.callee
  const bytesOf = (one) => [...one.values()].find(({ type }) => type === 'inbound-rtp')
  const reset = changes.findIndex((one, n) => n > 0 && bytesOf(one)?.ssrc === bytesOf(changes[n - 1])?.ssrc && bytesOf(one)?.bytesReceived < bytesOf(changes[n - 1])?.bytesReceived)
  return [
    judge({ name: 'recorded call: bit/s of the video stream', how, ...near(truth) }, bitrate(given, after.ssrc)),
    judge({ name: 'recorded call: bit/s of video received by the connection', how, ...near(truth) }, received(given, 'video')),
    judge({ name: 'recorded receiver that began anew: bit/s', how: `from ${bytesOf(changes[reset - 1]).bytesReceived} to ${bytesOf(changes[reset]).bytesReceived} bytes`, ...unknown }, bitrate(await replay(changes.slice(0, reset + 1)), bytesOf(changes[reset]).ssrc)),
  ]
}
