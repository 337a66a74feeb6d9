import { captureMissing } from './device-errors.js'

/** What `getDevices` resolves with; labels are empty until the user has allowed a capture. */
export interface DeviceList {
  videoDevices: MediaDeviceInfo[]
  audioDevices: MediaDeviceInfo[]
  audioOutputDevices: MediaDeviceInfo[]
}

/** Rejects with 10022 where the browser has no device API. */
export async function listDevices(): Promise<DeviceList> {
  if (typeof navigator.mediaDevices?.enumerateDevices !== 'function') throw captureMissing('audio')
  const devices = await navigator.mediaDevices.enumerateDevices()
  const ofKind = (kind: MediaDeviceKind): MediaDeviceInfo[] => devices.filter((device) => device.kind === kind)
  return { videoDevices: ofKind('videoinput'), audioDevices: ofKind('audioinput'), audioOutputDevices: ofKind('audiooutput') }
}
