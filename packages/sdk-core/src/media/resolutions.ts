import { captureError, captureMissing } from './device-errors.js'

/** Pixels. */
export interface Resolution {
  width: number
  height: number
}

const desktop: readonly Resolution[] = [{ width: 1280, height: 720 }, { width: 960, height: 540 }, { width: 640, height: 480 }, { width: 320, height: 240 }]
const phone: readonly Resolution[] = [{ width: 1280, height: 720 }, { width: 960, height: 540 }, { width: 640, height: 480 }, { width: 640, height: 360 }, { width: 320, height: 240 }]

/**
 * Opens a camera with one size after the other and says which it has. Rejects with the code of why it could not be opened at all:
 * 10007 for a device that does not exist.
 */
export async function availableResolutions(camera: MediaTrackConstraints, onPhone: boolean): Promise<Resolution[]> {
  if (typeof navigator.mediaDevices?.getUserMedia !== 'function') throw captureMissing('camera')
  const found: Resolution[] = []
  let failure: unknown
  for (const { width, height } of onPhone ? phone : desktop) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { ...camera, width: { exact: width }, height: { exact: height } } })
      for (const track of stream.getTracks()) track.stop()
      found.push({ width, height })
    } catch (error) {
      // Only a size may be wrong; a camera that cannot be opened would ask the user again for each
      if (Object(error).name !== 'OverconstrainedError') throw captureError('camera', error)
      failure = error
    }
  }
  if (found.length === 0) throw captureError('camera', failure)
  return found
}
