import { ERROR_NOTSUPPORT_SETOUTPUTDEVICE, ERROR_NOTSUPPORT_SETSINKID } from '@earshot/protocol'
import { shown } from '../bad-parameter.js'
import { AliRtcError } from '../errors.js'

/**
 * Plays an element on an output device. Rejects with 10040 where the browser knows no such choice, and with 10030 for a device
 * that is not there or not allowed.
 *
 * @param deviceId of `getDevices()`; '' is the system's choice
 */
export async function playOn(element: HTMLMediaElement, deviceId: string): Promise<void> {
  if (typeof element.setSinkId !== 'function') throw new AliRtcError(ERROR_NOTSUPPORT_SETSINKID, 'the browser has no setSinkId')
  try {
    await element.setSinkId(deviceId)
  } catch (cause) {
    throw new AliRtcError(ERROR_NOTSUPPORT_SETOUTPUTDEVICE, `the audio output ${shown(deviceId)} cannot be used: ${String(cause)}`, { cause })
  }
}
