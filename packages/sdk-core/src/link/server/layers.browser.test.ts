import { expect, it, onTestFinished, vi } from 'vitest'
import { LoopbackServer } from '../../../test/loopback-server.js'
import { until } from '../../../test/participant.js'
import type { ChannelLink, PublishOptions } from '../channel-link.js'
import type { LinkTimeouts } from './link-timeouts.js'
import { createServerLink } from './server-link.js'

const sending: PublishOptions = { muted: false, maxBitrate: 500_000 }

async function joined(timeouts: Partial<LinkTimeouts> = {}): Promise<{ link: ChannelLink; server: LoopbackServer }> {
  const server = new LoopbackServer()
  const link = createServerLink({ openSocket: server.openSocket, timeouts }, () => undefined)
  onTestFinished(async () => {
    await link.leave()
    server.close()
    expect(server.faults).toEqual([])
  })
  await link.join({
    appId: 'earshot', channel: 'room', userId: 'alice', displayName: 'Alice', nonce: 'AK-1', timestamp: '4102444800', token: 'ab', gslb: ['http://127.0.0.1:1'], profile: 0, role: 0,
  })
  return { link, server }
}

/** A track as an app makes it, of changing pictures. */
function drawing(width: number, height: number): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  const [track] = canvas.captureStream(15).getVideoTracks()
  if (context === null || track === undefined) throw new Error('a canvas has both')
  let pictures = 0
  const timer = setInterval(() => {
    context.fillStyle = pictures++ % 2 === 0 ? 'red' : 'green'
    context.fillRect(0, 0, width, height)
  }, 60)
  onTestFinished(() => {
    clearInterval(timer)
    track.stop()
  })
  return track
}

/** Width of what each layer sends now; undefined for one that sends nothing. */
async function widths(link: ChannelLink): Promise<Record<string, number | undefined>> {
  const reports = await link.statsSources().get('publish')?.getStats()
  const layers = ([...reports?.values() ?? []] as { type: string; rid?: string; active?: boolean; frameWidth?: number }[]).filter((report) => report.type === 'outbound-rtp' && report.rid !== undefined)
  return Object.fromEntries(layers.map((layer) => [layer.rid, layer.active === true ? layer.frameWidth : undefined]))
}

const cameraRows = (server: LoopbackServer) => server.ofType('publish').map((message) => message.streams.map((row) => row.label).filter((label) => label.includes('camera')))
const one = ['sophon_video_camera_large']
const two = ['sophon_video_camera_large', 'sophon_video_camera_small']

it('a picture too small for two layers is announced as one and sent whole, and a larger one after it as two', async () => {
  const { link, server } = await joined()
  await link.publishTrack('camera', drawing(320, 240), sending)
  expect(cameraRows(server)).toEqual([one])
  await until(async () => expect(await widths(link)).toEqual({ large: 320, small: undefined }))
  await link.publishTrack('camera', drawing(640, 480), sending)
  expect(cameraRows(server)).toEqual([one, two])
  await until(async () => expect(await widths(link)).toEqual({ large: 640, small: 160 }))
  await link.publishTrack('camera', drawing(160, 120), sending)
  expect(cameraRows(server)).toEqual([one, two, one])
  await until(async () => expect(await widths(link)).toEqual({ large: 160, small: undefined }))
})

it('a picture too small for two layers is sent whole after a restart of ICE as well', async () => {
  const { link, server } = await joined({ lookEveryMs: 50, silentMs: 50, restartMs: 100, againMs: 500 })
  // Once something came, and nothing since: the link believes it
  const silence = new Map([['pair', { type: 'candidate-pair', bytesReceived: 1 }]]) as unknown as RTCStatsReport // a map, as that is
  const getStats = vi.spyOn(RTCPeerConnection.prototype, 'getStats').mockResolvedValue(silence)
  await link.publishTrack('camera', drawing(320, 240), sending)
  await until(async () => expect(server.ofType('publish').filter((message) => message.offer !== undefined).length).toBeGreaterThan(2)) // so one restart was completed
  getStats.mockRestore()
  await until(async () => expect(await widths(link)).toEqual({ large: 320, small: undefined }))
})

it('a browser that knows no two layers announces one', async () => {
  const { addTransceiver } = RTCPeerConnection.prototype
  onTestFinished(() => { Object.assign(RTCPeerConnection.prototype, { addTransceiver }) })
  Object.assign(RTCPeerConnection.prototype, {
    addTransceiver(this: RTCPeerConnection, kind: string, init: RTCRtpTransceiverInit = {}) {
      if ((init.sendEncodings?.length ?? 0) > 1) throw new TypeError('sendEncodings is not supported') // Firefox before 110
      return addTransceiver.call(this, kind, init)
    },
  })
  const { link, server } = await joined()
  await link.publishTrack('camera', drawing(640, 480), sending)
  expect(cameraRows(server)).toEqual([one])
})
