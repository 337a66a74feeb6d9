import { describe, expect, it } from 'vitest'
import { writeAnswer } from './answer-description.js'
import { readSessionDescription } from './session-description.js'

const LOCAL = { usernameFragment: 'uf', password: 'pw', fingerprint: 'AB:CD', address: '203.0.113.7', port: 50_000 }

const text = (...lines: string[]) => lines.join('\r\n') + '\r\n'
const HEAD = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0']
const TRANSPORT = ['a=ice-ufrag:u', 'a=fingerprint:sha-256 AB:CD', 'a=setup:actpass']

/** Shaped as Chromium 156 offers: several codecs, retransmission, simulcast, a data channel. */
const OFFER = text(
  ...HEAD, 'a=group:BUNDLE 0 1 2 3', 'a=extmap-allow-mixed',
  'm=audio 9 UDP/TLS/RTP/SAVPF 63 111', ...TRANSPORT, 'a=mid:0', 'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=extmap:2 urn:example', 'a=sendonly', 'a=rtpmap:63 red/48000/2', 'a=rtpmap:111 opus/48000/2', 'a=ssrc:77 cname:x', 'a=ssrc:77 msid:x y',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 98', ...TRANSPORT, 'a=mid:1', 'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', 'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id', 'a=sendonly', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=rtpmap:98 H264/90000', 'a=rid:small send', 'a=rid:large send pt=96', 'a=rid:x recv', 'a=simulcast:send small;large',
  'm=video 9 UDP/TLS/RTP/SAVPF 96', ...TRANSPORT, 'a=mid:2', 'a=sendonly', 'a=rtpmap:96 VP8/90000', 'a=ssrc-group:FID 5 6', 'a=ssrc:5 cname:x', 'a=ssrc:6 cname:x',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...TRANSPORT, 'a=mid:3',
)

describe('readSessionDescription', () => {
  const { sections } = readSessionDescription(OFFER)

  it('reads what a browser offers', () => {
    expect(sections.map(({ mid, kind, direction }) => `${mid} ${kind} ${direction}`)).toEqual(['0 audio sendonly', '1 video sendonly', '2 video sendonly', '3 application sendrecv'])
    expect(sections[0]!.payloads).toEqual([{ type: 63, codec: 'red/48000/2', repairs: null }, { type: 111, codec: 'opus/48000/2', repairs: null }])
    expect(sections[1]!.payloads.find(({ codec }) => codec === 'rtx/90000')).toEqual({ type: 97, codec: 'rtx/90000', repairs: 96 })
    expect(sections[0]).toMatchObject({ ssrcs: [77], usernameFragment: 'u', setup: 'actpass', fingerprints: [{ algorithm: 'sha256', value: 'abcd' }] })
    expect(sections[0]!.extensions.get('urn:ietf:params:rtp-hdrext:ssrc-audio-level')).toBe(1)
    expect(sections[1]!.sendRids).toEqual(['small', 'large'])
    expect(sections[2]!.ssrcs).toEqual([5])
    expect(sections[2]!.repairs).toEqual(new Map([[6, 5]]))
  })

  it.each([
    ['apt=96', 96], ['rtx-time=3000;apt=96', 96], ['apt=96; rtx-time=3000', 96], ['rtx-time=3000', null], ['max-apt=96', null], ['apt=x', null],
  ])('reads what RTX with the parameters %j repairs', (parameters, repaired) => {
    const { sections: [section] } = readSessionDescription(text(...HEAD, 'm=video 9 RTP/SAVPF 97', 'a=mid:0', 'a=rtpmap:97 rtx/90000', `a=fmtp:97 ${parameters}`))
    expect(section!.payloads).toEqual([{ type: 97, codec: 'rtx/90000', repairs: repaired }])
  })

  it.each([
    ['', 0], ['a=bundle-only', 9],
  ])('tells a section that is refused from one that shares the port of another: %j', (line, port) => {
    expect(readSessionDescription(text(...HEAD, 'm=video 0 UDP/TLS/RTP/SAVPF 120', 'a=mid:1', line)).sections[0]!.port).toBe(port)
  })

  it('takes from the session what a section does not say', () => {
    const { sections: [section] } = readSessionDescription(text(...HEAD, ...TRANSPORT, 'a=recvonly', 'm=audio 9 RTP/SAVPF 0', 'a=mid:a'))
    expect(section).toMatchObject({ usernameFragment: 'u', direction: 'recvonly', fingerprints: [{ algorithm: 'sha256' }] })
  })

  it('takes line ends without a carriage return', () => expect(readSessionDescription(OFFER.replaceAll('\r', ''))).toEqual(readSessionDescription(OFFER)))

  it.each([
    ['', 'v=0'], ['rubbish', 'v=0'], [text(...HEAD), 'no media section'], [text(...HEAD, 'rubbish'), 'rubbish'],
    [text(...HEAD, 'm=audio', 'a=mid:0'), 'm=audio'], [text(...HEAD, 'm=audio 9 RTP/SAVPF 0'), 'mid'],
    [text(...HEAD, 'm=audio 9 RTP/SAVPF 0', 'a=mid:0', 'm=audio 9 RTP/SAVPF 0', 'a=mid:0'), 'same mid'],
    [text(...HEAD, ...Array.from({ length: 513 }, (_, i) => `m=audio 9 RTP/SAVPF 0\r\na=mid:${i}`)), '512'],
    // Without this limit a description of the allowed length, with many lines here and many sections, took 20 s to read.
    [text(...HEAD, ...Array.from({ length: 64 }, () => 'a=x'), 'm=audio 9 RTP/SAVPF 0', 'a=mid:0'), '64 lines before its first media section'],
  ])('says what is wrong with %j', (bad, named) => expect(() => readSessionDescription(bad)).toThrow(named))

  it('ignores nonsense in attributes', () => {
    const { sections: [section] } = readSessionDescription(text(
      ...HEAD, 'm=audio 9 RTP/SAVPF x 999 111', 'a=mid:0', 'a=rtpmap:', 'a=rtpmap:999 opus/48000/2', 'a=extmap:0 urn:a', 'a=extmap:x urn:b', 'a=ssrc:-1 x', 'a=ssrc:99999999999 x', 'a=rid:../../x send', 'a=ssrc-group:FID 1', 'a=ssrc-group:FID x 2', 'a=ssrc-group:SIM 1 2', 'a=fingerprint:md5 AB', 'a=fingerprint:sha-256 xyz',
    ))
    expect(section).toMatchObject({ payloads: [], ssrcs: [], sendRids: [], fingerprints: [], repairs: new Map() })
    expect(section!.extensions.size).toBe(0)
  })
})

describe('writeAnswer', () => {
  const answer = writeAnswer(readSessionDescription(OFFER), new Set(['0', '1']), LOCAL, 1)
  const [head, audio, camera, screen, data] = answer.split(/\r\n(?=m=)/)

  it('is ICE-lite and bundles what it takes', () => {
    expect(head).toContain('a=ice-lite')
    expect(head).toContain('a=group:BUNDLE 0 1 2\r\n'.trim())
  })

  it('takes one codec with our feedback, under the payload type and extension ids of the client', () => {
    expect(audio).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n')
    for (const line of ['a=recvonly', 'a=rtcp-fb:111 nack', 'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=setup:passive', 'a=candidate:1 1 udp 2130706431 203.0.113.7 50000 typ host']) expect(audio!.split('\r\n')).toContain(line)
    expect(audio).not.toContain('urn:example')
    expect(audio).not.toContain('red')
  })

  it('takes every layer that is sent', () => {
    for (const line of ['a=rid:small recv', 'a=rid:large recv', 'a=simulcast:recv small;large', 'a=rtcp-fb:96 goog-remb', 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:96 ccm fir']) expect(camera!.split('\r\n')).toContain(line)
    expect(answer).not.toContain('transport-cc')
  })

  it('takes the RTX of that codec alone, and the names of the layers that it repairs', () => {
    expect(camera).toContain('m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n')
    for (const line of ['a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id']) expect(camera!.split('\r\n')).toContain(line)
    expect(screen).toContain('m=video 9 UDP/TLS/RTP/SAVPF 96\r\n')
    expect(answer.replace(camera!, '')).not.toContain('rtx')
  })

  it('leaves what is not named inactive, and rejects what it does not know', () => {
    expect(screen).toContain('m=video 9 ')
    expect(screen).toContain('a=inactive')
    expect(data).toContain('m=application 0 ')
  })

  it('is itself a description', () => {
    expect(readSessionDescription(answer).sections.map(({ mid, direction }) => `${mid} ${direction}`)).toEqual(['0 recvonly', '1 recvonly', '2 inactive', '3 inactive'])
  })
})
