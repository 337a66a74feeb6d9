import { ERROR_DEVICE_CONSTRAINEDDERROR } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { Captured } from './capture.js'

/** Pixels. */
export interface Resolution {
  width: number
  height: number
}

const sizes = [[1280, 720], [960, 540], [640, 480], [320, 240]] as const

/**
 * Which sizes a camera opens with. Rejects with the code of why it could not be opened at all: 10007 for a device that does not exist.
 *
 * @param open tries one, and never rejects
 */
export async function availableResolutions(open: (size: MediaTrackConstraints) => Promise<Captured | undefined>): Promise<Resolution[]> {
  const found: Resolution[] = []
  let failure: AliRtcError | undefined
  for (const [width, height] of sizes) {
    const outcome = await open({ width: { exact: width }, height: { exact: height } })
    if (outcome instanceof AliRtcError) {
      // Only a size may be wrong; a camera that cannot be opened would ask the user again for each
      if (outcome.code !== ERROR_DEVICE_CONSTRAINEDDERROR) throw outcome
      failure = outcome
    } else {
      outcome?.stop()
      found.push({ width, height })
    }
  }
  if (found.length === 0 && failure !== undefined) throw failure
  return found
}
