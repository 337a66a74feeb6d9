// What record-fixtures.mjs records. Every function here runs inside the page: it may use `window.recorder` and nothing of this file.

/** Runs first in every page; puts the pieces the scenarios share on `window.recorder`. */
export function installRecorder() {
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

  /** Microphone and camera (or other tracks) from one to the other, which plays them. */
  async function oneWay(others) {
    const { caller, callee } = pair()
    callee.ontrack = ({ track }) => play(track)
    const tracks = others ?? (await audioVideo()).getTracks()
    const stream = new MediaStream()
    const senders = tracks.map((track) => caller.addTrack(track, stream))
    await negotiate(caller, callee)
    await connected(caller)
    return { caller, callee, tracks, senders }
  }

  /** Microphone and camera one way, through a relay of the recorder that loses every 20th packet of media; audio as RED where there is RED. */
  async function lossyCall(changeSdp) {
    const { caller, callee } = pair()
    caller.onicecandidate = null // the callee learns where the relay is from its packets
    const reached = new Promise((resolve) => (callee.onicecandidate = ({ candidate }) => candidate?.protocol === 'udp' && candidate.address.includes('.') && resolve(candidate)))
    callee.ontrack = ({ track }) => play(track)
    const isRed = ({ mimeType }) => Number(mimeType.endsWith('/red'))
    for (const track of (await audioVideo()).getTracks()) {
      const transceiver = caller.addTransceiver(track, { direction: 'sendonly' })
      if (track.kind === 'audio') transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities('audio').codecs.sort((one, other) => isRed(other) - isRed(one)))
    }
    const described = ({ type, sdp }) => ({ type, sdp: changeSdp(sdp).replace(/^a=(candidate|end-of-candidates).*\r\n/gm, '') })
    await caller.setLocalDescription()
    await callee.setRemoteDescription(described(caller.localDescription))
    await callee.setLocalDescription()
    await caller.setRemoteDescription(described(callee.localDescription))
    const { address, port, sdpMLineIndex } = await reached
    const relay = await window.relay(address, port)
    await caller.addIceCandidate({ candidate: `candidate:1 1 udp 2122260223 ${relay.address} ${relay.port} typ host`, sdpMLineIndex })
    await connected(caller)
    return { caller, callee }
  }

  /** A steady 440 Hz sine of each of the given peaks, a track each. */
  async function tones(...peaks) {
    const context = new AudioContext({ sampleRate: 48_000 })
    await context.resume()
    const tone = new OscillatorNode(context, { frequency: 440 })
    tone.start()
    return peaks.map((peak) => {
      // Mono: of two channels Firefox and Chromium send what their SDP says.
      const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 })
      tone.connect(new GainNode(context, { gain: peak })).connect(out)
      return out.stream.getAudioTracks()[0]
    })
  }

  /** A drawn picture that never stands still. */
  function picture(width, height) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const drawing = canvas.getContext('2d')
    setInterval(() => {
      drawing.fillStyle = `hsl(${performance.now() % 360} 80% 50%)`
      drawing.fillRect((performance.now() / 10) % width, 0, width / 4, height)
    }, 50)
    return canvas.captureStream(20).getVideoTracks()[0]
  }

  async function read(connection, after) {
    const report = await connection.getStats()
    const { connectionState } = connection
    const receivers = connectionState === 'closed' ? [] : connection.getReceivers()
    const synchronizationSources = receivers.flatMap((receiver) =>
      receiver.getSynchronizationSources().map(({ source, audioLevel, timestamp, rtpTimestamp }) => ({ source, audioLevel, timestamp, rtpTimestamp })),
    )
    return { ...(after ? { after } : {}), connectionState, synchronizationSources, report: [...report] }
  }

  /** `steps`: what happens before the n-th reading, as { n: [name, action] }. */
  async function record(connections, readings, steps = {}, intervalMs = 1000) {
    const series = Object.fromEntries(Object.keys(connections).map((name) => [name, []]))
    for (let n = 0; n < readings; n++) {
      const [after, action] = steps[n] ?? []
      await action?.()
      if (n > 0) await pause(intervalMs)
      for (const [name, connection] of Object.entries(connections)) series[name].push(await read(connection, after))
    }
    return { intervalMs, series }
  }

  window.recorder = { pause, media, audioVideo, tones, picture, pair, negotiate, connected, oneWay, lossyCall, play, record }
}

export const scenarios = {
  publish: {
    what: 'Microphone and camera sent; nothing received',
    async run() {
      const { oneWay, record } = window.recorder
      const { caller } = await oneWay()
      return record({ caller }, 8)
    },
  },

  subscribe: {
    what: 'Microphone and camera received and played; nothing sent',
    async run() {
      const { oneWay, record } = window.recorder
      const { callee } = await oneWay()
      return record({ callee }, 8)
    },
  },

  paused: {
    what: 'One way; after reading 2 both encodings are switched off, after reading 4 on; after reading 6 both directions are inactive, after reading 8 sendonly',
    async run() {
      const { oneWay, negotiate, record } = window.recorder
      const { caller, callee, senders } = await oneWay()
      const active = (on) => async () => {
        for (const sender of senders) {
          const parameters = sender.getParameters()
          for (const encoding of parameters.encodings) encoding.active = on
          await sender.setParameters(parameters)
        }
      }
      const direct = (direction) => async () => {
        for (const transceiver of caller.getTransceivers()) transceiver.direction = direction
        await negotiate(caller, callee)
      }
      return record({ caller, callee }, 12, {
        3: ['encodings off', active(false)], 5: ['encodings on', active(true)], 7: ['inactive', direct('inactive')], 9: ['sendonly', direct('sendonly')],
      })
    },
  },

  'screen-share': {
    what: 'Microphone and camera; after reading 2 a screen is shared too, after reading 5 no more (track stopped and removed)',
    async run() {
      const { oneWay, negotiate, picture, record } = window.recorder
      const { caller, callee } = await oneWay()
      let sender, screen, source
      const start = async () => {
        try {
          [screen] = (await navigator.mediaDevices.getDisplayMedia({ video: { width: 1280, height: 720 } })).getTracks()
          source = 'getDisplayMedia'
        } catch (error) {
          screen = picture(1280, 720)
          source = `a canvas (getDisplayMedia: ${error.name})`
        }
        sender = caller.addTrack(screen)
        await negotiate(caller, callee)
      }
      const stop = async () => {
        screen.stop()
        caller.removeTrack(sender)
        await negotiate(caller, callee)
      }
      const recorded = await record({ caller, callee }, 9, { 3: ['share', start], 6: ['stop', stop] })
      return { screen: source, ...recorded }
    },
  },

  'fifty-tracks': {
    what: '45 tones and 5 pictures one way: tone n (from 0) has the peak (n + 1) / 50, picture n is 64 + 16 n pixels wide. Their m-lines take turns: after nine tones a picture',
    async run() {
      const { oneWay, picture, record, tones } = window.recorder
      const sounds = await tones(...Array.from({ length: 45 }, (_, n) => (n + 1) / 50))
      const tracks = sounds.flatMap((sound, n) => (n % 9 === 8 ? [sound, picture(64 + 16 * ((n - 8) / 9), 48)] : [sound]))
      const { caller, callee } = await oneWay(tracks)
      return record({ caller, callee }, 3)
    },
  },

  'hidden-tab': {
    what: 'Camera only, because a page that is heard is never slowed down. Read every 250 ms; after reading 3 another tab is in front, and the timers of this one fire once a second; after reading 7 this one is in front again',
    async run() {
      const { media, oneWay, record } = window.recorder
      const { caller, callee } = await oneWay((await media({ video: true })).getTracks())
      const visibility = []
      const turn = (change) => async () => {
        await change()
        visibility.push(document.visibilityState)
      }
      const recorded = await record({ caller, callee }, 12, { 4: ['hidden', turn(window.hide)], 8: ['visible', turn(window.show)] }, 250)
      return { visibility, ...recorded }
    },
  },

  'closed-connection': {
    what: 'After reading 4 the sending side closes; both sides are read on',
    async run() {
      const { oneWay, record } = window.recorder
      const { caller, callee } = await oneWay()
      return record({ caller, callee }, 8, { 5: ['close()', () => caller.close()] })
    },
  },

  repair: {
    what: 'Every 20th packet from the caller is lost on the way (a relay of the recorder). Video is repaired by RTX; audio goes twice, as RED, where the browser offers that',
    async run() {
      const { lossyCall, record } = window.recorder
      return record(await lossyCall((sdp) => sdp), 10)
    },
  },

  'forward-error-correction': {
    what: 'Every 20th packet from the caller is lost on the way, and video has no NACK (by SDP), so that the browser sends ULPFEC',
    async run() {
      const { lossyCall, record } = window.recorder
      return record(await lossyCall((sdp) => sdp.replace(/^a=rtcp-fb:\d+ nack\r\n/gm, '')), 10)
    },
  },

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
      const { oneWay, record } = window.recorder
      const { caller, callee, tracks } = await oneWay()
      const enable = (on) => () => tracks.forEach((track) => (track.enabled = on))
      return record({ caller, callee }, 10, { 4: ['tracks disabled', enable(false)], 7: ['tracks enabled', enable(true)] })
    },
  },

  'replace-track': {
    what: 'One way; after reading 3 both senders get new tracks, after reading 6 the video sender gets null',
    async run() {
      const { media, oneWay, record } = window.recorder
      const { caller, callee, senders } = await oneWay()
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
      const { media, oneWay, record } = window.recorder
      const { caller, callee } = await oneWay((await media({ audio: true })).getTracks())
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
      const { media, negotiate, oneWay, record } = window.recorder
      const { caller, callee, senders } = await oneWay()
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
      const { negotiate, oneWay, record } = window.recorder
      const { caller, callee } = await oneWay()
      return record({ caller, callee }, 10, { 4: ['ICE restart', () => negotiate(caller, callee, { iceRestart: true })] })
    },
  },

  'relayed-audio-levels': {
    what: 'A steady tone goes first -> relay -> last (the relay sends on the track it receives). No element plays anywhere; before reading 4 a muted element is put on the last track, before reading 7 it is unmuted',
    async run() {
      const { tones, pair, negotiate, connected, play, record } = window.recorder
      const [tone] = await tones(0.25)
      const one = pair()
      const two = pair()
      const relayed = new Promise((resolve) => (one.callee.ontrack = ({ track }) => resolve(track)))
      const last = new Promise((resolve) => (two.callee.ontrack = ({ track }) => resolve(track)))
      one.caller.addTrack(tone)
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
      const { oneWay, record, pause } = window.recorder
      const { caller, callee } = await oneWay()
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
      const { oneWay, record } = window.recorder
      const { caller, callee } = await oneWay()
      const only = (part) => ({ getStats: () => part.getStats(), getReceivers: () => [] })
      const sender = only(caller.getSenders().find(({ track }) => track.kind === 'video'))
      const receiver = only(callee.getReceivers().find(({ track }) => track.kind === 'video'))
      return record({ sender, receiver }, 5)
    },
  },
}
