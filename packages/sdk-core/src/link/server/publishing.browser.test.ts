import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../../test/participant.js'
import { LINK_TIMEOUTS } from './link-timeouts.js'
import { Publishing } from './publishing.js'
import type { Consent, Question } from './server-requests.js'

const sending = { muted: false, maxBitrate: 500_000 }

let asked: Question[]
/** Answers of ICE restarts, which come when the test says so. */
let restarts: (() => Promise<void>)[]
let server: RTCPeerConnection
let publishing: Publishing
let tracks: readonly MediaStreamTrack[]

beforeEach(async () => {
  asked = []
  restarts = []
  server = new RTCPeerConnection()
  publishing = new Publishing({
    ask, iceServers: [], patience: LINK_TIMEOUTS, onCandidate: () => undefined, onPath: () => undefined, canRestart: () => false,
  })
  tracks = (await navigator.mediaDevices.getUserMedia({ audio: true, video: true })).getTracks()
  await publishing.publishTrack('audio', track('audio'), sending)
})

afterEach(() => {
  server.close()
  tracks.forEach((one) => one.stop())
})

function track(kind: string): MediaStreamTrack {
  return tracks.find((one) => one.kind === kind)! // both were asked for
}

async function ask(question: Question): Promise<Consent> {
  asked.push(question)
  if (question.type !== 'publish' || question.offer === undefined) return { type: 'accepted', id: 0 }
  const { sdp } = question.offer
  const answer = async (): Promise<Consent> => {
    await server.setRemoteDescription({ type: 'offer', sdp })
    await server.setLocalDescription()
    return { type: 'accepted', id: 0, sdp: server.localDescription!.sdp } // the line above
  }
  if (server.remoteDescription === null) return answer()
  return new Promise((resolve) => { restarts.push(async () => resolve(await answer())) })
}

const said = () => asked.map((question) => question.type === 'publish' ? `publish${question.offer === undefined ? '' : ' with an offer'}` : question.type)
const ufrag = () => /a=ice-ufrag:(\S+)/.exec(publishing.peer?.remoteDescription?.sdp ?? '')?.[1]

test('an ICE restart whose answer is late holds up no call, and is not made twice', async () => {
  const before = ufrag()
  const restarted = publishing.restartIce()
  await until(() => expect(restarts).toHaveLength(1))
  await publishing.restartIce()
  await publishing.publishTrack('camera', track('video'), sending)
  await publishing.setMuted('audio', true)
  expect(said()).toEqual(['publish with an offer', 'publish with an offer', 'publish', 'mute'])
  expect(ufrag()).toBe(before)
  await restarts[0]?.()
  await restarted
  expect(ufrag()).not.toBe(before)
  const active = publishing.peer?.getSenders().map((sender) => sender.getParameters().encodings.some((encoding) => encoding.active))
  expect(active, 'what came meanwhile is sent after the answer, and no more').toEqual([true, true, false])
  publishing.restartIce().catch(() => undefined)
  await until(() => expect(restarts, 'the next one').toHaveLength(2))
})

test('who ends publishing meanwhile waits for no answer, which changes nothing when it comes', async () => {
  const restarted = publishing.restartIce()
  await until(() => expect(restarts).toHaveLength(1))
  const { peer } = publishing
  await publishing.unpublish('audio')
  await until(() => expect(peer?.connectionState).toBe('closed'))
  expect(said()).toEqual(['publish with an offer', 'publish with an offer', 'unpublish'])
  await restarts[0]?.()
  await restarted
  expect(publishing.peer).toBeUndefined()
})
