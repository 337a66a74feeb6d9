// What record-fixtures.mjs records. Every function here runs inside the page: it may use `window.recorder` and nothing of this file.

/** Runs first in every page; puts the pieces the scenarios share on `window.recorder`. */
export function installRecorder() {
  const intervalMs = 1000
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  const media = (constraints) => navigator.mediaDevices.getUserMedia(constraints)
  const audioVideo = () => media({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: { width: 640, height: 480 } })

  const trickle = (one, other) => {
    one.onicecandidate = ({ candidate }) => candidate && other.addIceCandidate(candidate)
    other.onicecandidate = ({ candidate }) => candidate && one.addIceCandidate(candidate)
  }

  async function negotiate(caller, callee, options) {
    await caller.setLocalDescription(await caller.createOffer(options))
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)
  }

  function pair() {
    const caller = new RTCPeerConnection()
    const callee = new RTCPeerConnection()
    trickle(caller, callee)
    return { caller, callee }
  }

  const connected = (connection) =>
    new Promise((resolve) => {
      const check = () => connection.connectionState === 'connected' && resolve()
      connection.addEventListener('connectionstatechange', check)
      check()
    })

  /** Plays what a connection receives, so that video is decoded and audio is drawn from the jitter buffer. */
  function play(track) {
    const element = document.createElement(track.kind)
    element.autoplay = true
    element.srcObject = new MediaStream([track])
    document.body.append(element)
    return element
  }

  async function read(connection, after) {
    const report = await connection.getStats()
    const synchronizationSources = connection.getReceivers().flatMap((receiver) =>
      receiver.getSynchronizationSources().map(({ source, audioLevel, timestamp, rtpTimestamp }) => ({ source, audioLevel, timestamp, rtpTimestamp })),
    )
    return { ...(after ? { after } : {}), synchronizationSources, report: [...report] }
  }

  /** `steps`: what happens before the n-th reading, as { n: [name, action] }. */
  async function record(connections, readings, steps = {}) {
    const series = Object.fromEntries(Object.keys(connections).map((name) => [name, []]))
    for (let n = 0; n < readings; n++) {
      const [after, action] = steps[n] ?? []
      await action?.()
      if (n > 0) await pause(intervalMs)
      for (const [name, connection] of Object.entries(connections)) series[name].push(await read(connection, after))
    }
    return { intervalMs, series }
  }

  window.recorder = { pause, media, audioVideo, pair, trickle, negotiate, connected, play, record }
}

export const scenarios = {
  'audio-video-two-way': {
    what: 'Microphone and camera both ways, both sides play; first reading before the connection exists',
    async run() {
      const { audioVideo, pair, negotiate, play, record } = window.recorder
      const { caller, callee } = pair()
      for (const connection of [caller, callee]) {
        connection.ontrack = ({ track }) => play(track)
        const stream = await audioVideo()
        for (const track of stream.getTracks()) connection.addTrack(track, stream)
      }
      return record({ caller, callee }, 8, { 1: ['negotiate', () => negotiate(caller, callee)] })
    },
  },

  'simulcast-rid': {
    what: 'One camera in two RID layers; after reading 8 the larger is switched off, after reading 11 on again. The receiving side gets one m-line per layer (RID and MID header extensions swapped)',
    async run() {
      const { media, pair, connected, play, record, pause } = window.recorder
      const rids = ['l', 'h'] // at 640x480 libwebrtc sends two layers at most
      const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid'
      const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id'
      const RRID = 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id'
      const split = (sdp) => sdp.split(/(?=^m=)/m)
      // Chromium cannot receive simulcast by itself. Told that the RID extension is the MID extension, it takes each layer for an m-line of its own.
      const toReceiver = (sdp) => {
        const [session, section] = split(sdp)
        const lines = section.split('\r\n').filter((line) => line && !/^a=(rid|simulcast|mid|ssrc)/.test(line) && !line.includes(MID) && !line.includes(RRID))
        const layer = (rid) => [...lines, `a=mid:${rid}`].join('\r\n').replace(RID, MID).replace(/^a=msid:(\S+) \S+/m, `a=msid:$1 ${rid}`) + '\r\n'
        return session.replace(/^a=group:BUNDLE.*$/m, `a=group:BUNDLE ${rids.join(' ')}`) + rids.map(layer).join('')
      }
      const toSender = (sdp, mid) => {
        const [session, section] = split(sdp)
        // Without a start bitrate the estimate of such a short call never affords the larger layer.
        const vp8 = /^a=rtpmap:(\d+) VP8/m.exec(section)[1]
        return session.replace(/^a=group:BUNDLE.*$/m, `a=group:BUNDLE ${mid}`) +
          section.replace(/^a=mid:.*$/m, `a=mid:${mid}`).replace(MID, RID) + `a=fmtp:${vp8} x-google-start-bitrate=2500\r\n` + rids.map((rid) => `a=rid:${rid} recv\r\n`).join('') + `a=simulcast:recv ${rids.join(';')}\r\n`
      }
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const [track] = (await media({ video: { width: 640, height: 480 } })).getTracks()
      const { sender, mid } = caller.addTransceiver(track, {
        direction: 'sendonly',
        sendEncodings: [
          { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
          { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 900_000 },
        ],
      })
      const candidates = { caller: [], callee: [] }
      caller.onicecandidate = ({ candidate }) => candidate && candidates.caller.push(candidate)
      callee.onicecandidate = ({ candidate }) => candidate && candidates.callee.push(candidate)
      await caller.setLocalDescription()
      await callee.setRemoteDescription({ type: 'offer', sdp: toReceiver(caller.localDescription.sdp) })
      await callee.setLocalDescription()
      await caller.setRemoteDescription({ type: 'answer', sdp: toSender(callee.localDescription.sdp, caller.getTransceivers()[0].mid ?? mid) })
      await pause(300)
      for (const { candidate } of candidates.caller) await callee.addIceCandidate({ candidate, sdpMLineIndex: 0 })
      for (const { candidate } of candidates.callee) await caller.addIceCandidate({ candidate, sdpMLineIndex: 0 })
      await connected(caller)
      const setLarger = (active) => async () => {
        const parameters = sender.getParameters()
        parameters.encodings[1].active = active
        await sender.setParameters(parameters)
      }
      return record({ caller, callee }, 15, { 9: ['larger layer off', setLarger(false)], 12: ['larger layer on', setLarger(true)] })
    },
  },

  mute: {
    what: 'One way; tracks disabled after reading 3, enabled after reading 6',
    async run() {
      const { audioVideo, pair, negotiate, connected, play, record } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await audioVideo()
      for (const track of stream.getTracks()) caller.addTrack(track, stream)
      await negotiate(caller, callee)
      await connected(caller)
      const enable = (on) => () => stream.getTracks().forEach((track) => (track.enabled = on))
      return record({ caller, callee }, 10, { 4: ['tracks disabled', enable(false)], 7: ['tracks enabled', enable(true)] })
    },
  },

  'replace-track': {
    what: 'One way; after reading 3 both senders get new tracks, after reading 6 the video sender gets null',
    async run() {
      const { audioVideo, media, pair, negotiate, connected, play, record } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await audioVideo()
      const senders = stream.getTracks().map((track) => caller.addTrack(track, stream))
      await negotiate(caller, callee)
      await connected(caller)
      const replace = async () => {
        const fresh = await media({ audio: true, video: { width: 320, height: 240 } })
        for (const sender of senders) await sender.replaceTrack(fresh.getTracks().find(({ kind }) => kind === sender.track.kind))
      }
      const none = () => senders.find(({ track }) => track.kind === 'video').replaceTrack(null)
      return record({ caller, callee }, 10, { 4: ['replaceTrack', replace], 7: ['replaceTrack(null)', none] })
    },
  },

  'ssrc-change': {
    what: 'One way audio; after reading 3 the sender negotiates another ssrc for the same m-line (by its own description), after reading 6 the receiver is told yet another, and counts the stream it has anew',
    async run() {
      const { media, pair, negotiate, connected, play, record } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await media({ audio: true })
      caller.addTrack(stream.getTracks()[0], stream)
      await negotiate(caller, callee)
      await connected(caller)
      const announce = async ({ local }) => {
        const { sdp } = await caller.createOffer()
        const ssrc = /^a=ssrc:(\d+)/m.exec(sdp)[1]
        const changed = sdp.replaceAll(`a=ssrc:${ssrc} `, `a=ssrc:${(Number(ssrc) + 12_345) % 0x7fffffff} `)
        await caller.setLocalDescription({ type: 'offer', sdp: local ? changed : sdp })
        await callee.setRemoteDescription({ type: 'offer', sdp: changed })
        await callee.setLocalDescription()
        await caller.setRemoteDescription(callee.localDescription)
      }
      return record({ caller, callee }, 10, { 4: ['another ssrc', () => announce({ local: true })], 7: ['announced, not sent', () => announce({ local: false })] })
    },
  },

  'removed-track': {
    what: 'One way; after reading 3 the video transceiver is stopped and negotiated away, after reading 6 a new video track is added (new mid)',
    async run() {
      const { audioVideo, media, pair, negotiate, connected, play, record } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await audioVideo()
      const senders = stream.getTracks().map((track) => caller.addTrack(track, stream))
      await negotiate(caller, callee)
      await connected(caller)
      const remove = async () => {
        const video = senders.find(({ track }) => track.kind === 'video')
        caller.getTransceivers().find(({ sender }) => sender === video).stop()
        await negotiate(caller, callee)
      }
      const add = async () => {
        const fresh = await media({ video: { width: 320, height: 240 } })
        caller.addTrack(fresh.getTracks()[0], fresh)
        await negotiate(caller, callee)
      }
      return record({ caller, callee }, 10, { 4: ['video removed', remove], 7: ['video added', add] })
    },
  },

  'ice-restart': {
    what: 'Microphone and camera one way; ICE restart after reading 3',
    async run() {
      const { audioVideo, pair, negotiate, connected, play, record } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await audioVideo()
      for (const track of stream.getTracks()) caller.addTrack(track, stream)
      await negotiate(caller, callee)
      await connected(caller)
      return record({ caller, callee }, 10, { 4: ['ICE restart', () => negotiate(caller, callee, { iceRestart: true })] })
    },
  },

  'relayed-audio-levels': {
    what: 'A steady tone goes first -> relay -> last (the relay sends on the track it receives). No element plays anywhere; before reading 4 a muted element is put on the last track, before reading 7 it is unmuted',
    async run() {
      const { pair, negotiate, connected, play, record } = window.recorder
      const context = new AudioContext({ sampleRate: 48_000 })
      await context.resume()
      const tone = new OscillatorNode(context, { frequency: 440 })
      const out = new MediaStreamAudioDestinationNode(context)
      tone.connect(new GainNode(context, { gain: 0.25 })).connect(out)
      tone.start()
      const one = pair()
      const two = pair()
      const relayed = new Promise((resolve) => (one.callee.ontrack = ({ track }) => resolve(track)))
      const last = new Promise((resolve) => (two.callee.ontrack = ({ track }) => resolve(track)))
      one.caller.addTrack(out.stream.getTracks()[0], out.stream)
      await negotiate(one.caller, one.callee)
      two.caller.addTrack(await relayed)
      await negotiate(two.caller, two.callee)
      await Promise.all([connected(one.caller), connected(two.caller)])
      let element
      const muted = async () => {
        element = play(await last)
        element.muted = true
      }
      const unmuted = () => (element.muted = false)
      return record({ first: one.caller, relayIn: one.callee, relayOut: two.caller, last: two.callee }, 10, { 4: ['muted element', muted], 7: ['unmuted', unmuted] })
    },
  },

  'late-tick': {
    what: 'A page that was too busy to read: 4 s between readings 3 and 4, and two readings in the same moment at the end (Chromium then answers from its cache)',
    async run() {
      const { audioVideo, pair, negotiate, connected, play, record, pause } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await audioVideo()
      for (const track of stream.getTracks()) caller.addTrack(track, stream)
      await negotiate(caller, callee)
      await connected(caller)
      const { intervalMs, series } = await record({ caller, callee }, 7, { 4: ['3 s too late', () => pause(3000)] })
      for (const readings of Object.values(series)) readings.push({ ...readings.at(-1), after: 'same moment' })
      const again = await record({ caller, callee }, 1)
      for (const [name, readings] of Object.entries(again.series)) series[name].push(...readings)
      return { intervalMs, series }
    },
  },

  'sender-and-receiver': {
    what: 'The same call read through RTCRtpSender.getStats() and RTCRtpReceiver.getStats()',
    async run() {
      const { audioVideo, pair, negotiate, connected, play, record } = window.recorder
      const { caller, callee } = pair()
      callee.ontrack = ({ track }) => play(track)
      const stream = await audioVideo()
      for (const track of stream.getTracks()) caller.addTrack(track, stream)
      await negotiate(caller, callee)
      await connected(caller)
      const only = (part) => ({ getStats: () => part.getStats(), getReceivers: () => [] })
      const sender = only(caller.getSenders().find(({ track }) => track.kind === 'video'))
      const receiver = only(callee.getReceivers().find(({ track }) => track.kind === 'video'))
      return record({ sender, receiver }, 5)
    },
  },
}
