import { afterEach, expect, it, vi } from 'vitest'
import { AliRtcEngine } from './index.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

it('this browser is supported, and the devices are released again', async () => {
  const opened: MediaStreamTrack[] = []
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    const stream = await real(constraints)
    opened.push(...stream.getTracks())
    return stream
  })
  const result = await new AliRtcEngine().isSupport()
  expect(result).toMatchObject({
    isSupported: true, browser: 'chrome', system: 'linux', audioDevice: true, videoDevice: true, supportH264: expect.any(Boolean), supportScreenShare: true, supportMixBackgroundAudio: false, isElectron: false,
  })
  expect(Number.parseInt(result.browser_version, 10)).toBeGreaterThan(100)
  expect(opened.map((track) => track.readyState)).toEqual(['ended', 'ended'])
  expect(await AliRtcEngine.isSupport()).toMatchObject({ isSupported: true })
})

it('no microphone fails, no camera does not', async () => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  const without = (kind: 'audio' | 'video') => vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation((constraints) =>
    (constraints?.[kind] ? Promise.reject(new DOMException('Requested device not found', 'NotFoundError')) : real(constraints)))
  without('video')
  expect(await new AliRtcEngine().isSupport()).toMatchObject({ isSupported: true, audioDevice: true, videoDevice: false })
  vi.restoreAllMocks()
  without('audio')
  await expect(new AliRtcEngine().isSupport()).rejects.toMatchObject({
    name: 'AliRtcError', code: 10001, errorCode: 10001, isSupported: false, audioDevice: false, videoDevice: true, browser: 'chrome', supportScreenShare: true, message: expect.any(String),
  })
})

it.each<[number, () => unknown]>([
  [10020, () => vi.stubGlobal('RTCPeerConnection', undefined)],
  [10024, () => vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/49.0.1 Safari/537.36')],
  [10022, () => vi.spyOn(navigator, 'mediaDevices', 'get').mockReturnValue(undefined as never)],
  [10023, () => vi.spyOn(RTCRtpReceiver, 'getCapabilities').mockReturnValue({ codecs: [{ mimeType: 'video/H264', clockRate: 90_000 }], headerExtensions: [] })],
])('%d when the browser lacks it', async (code, take) => {
  take()
  await expect(new AliRtcEngine().isSupport()).rejects.toMatchObject({ code, isSupported: false })
})

it('VP8 alone is enough, and H.264 is reported', async () => {
  vi.spyOn(RTCRtpReceiver, 'getCapabilities').mockReturnValue({ codecs: [{ mimeType: 'video/VP8', clockRate: 90_000 }], headerExtensions: [] })
  expect(await new AliRtcEngine().isSupport({ isReceiveOnly: true })).toMatchObject({ isSupported: true, supportH264: false })
})

it('receive-only touches no device, and stays set', async () => {
  const getUserMedia = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
  const engine = new AliRtcEngine({ isDebug: true })
  const result = await engine.isSupport({ isReceiveOnly: true })
  expect(result).not.toHaveProperty('audioDevice')
  await engine.isSupport()
  expect(getUserMedia).not.toHaveBeenCalled()
})

it('lists devices by kind', async () => {
  const { videoDevices, audioDevices, audioOutputDevices } = await new AliRtcEngine().getDevices()
  expect(videoDevices.length).toBeGreaterThan(0)
  expect(audioDevices.length).toBeGreaterThan(0)
  expect(videoDevices.every((device) => device.kind === 'videoinput')).toBe(true)
  expect(audioOutputDevices.every((device) => device.kind === 'audiooutput')).toBe(true)
  expect(new AliRtcEngine().isSupportScreenShare()).toBe(true)
  expect(new AliRtcEngine().getVersion()).toMatch(/^\d+\.\d+\.\d+$/)
})
