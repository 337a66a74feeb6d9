import { expect, it } from 'vitest'
import { AliRtcError } from '../errors.js'
import type { Captured } from './capture.js'
import { availableResolutions } from './resolutions.js'

const tooLarge = new AliRtcError(10007, 'the device cannot')

/** A camera that opens up to a width, with the tracks that it gave, and the sizes that it was asked for. */
function camera(largest: number) {
  const [asked, stopped]: [unknown[], unknown[]] = [[], []]
  const open = async (size: MediaTrackConstraints): Promise<Captured> => {
    asked.push(size)
    const { exact = 0 } = size.width as ConstrainULongRange // all are asked for exactly
    return exact > largest ? tooLarge : { stop: () => stopped.push(exact) } as unknown as MediaStreamTrack // all that is asked of it
  }
  return { asked, stopped, open }
}

it('tries the four sizes exactly, from the largest on, and releases each', async () => {
  const { asked, stopped, open } = camera(1280)
  const sizes = [[1280, 720], [960, 540], [640, 480], [320, 240]]
  expect(await availableResolutions(open)).toEqual(sizes.map(([width, height]) => ({ width, height })))
  expect(asked).toEqual(sizes.map(([width, height]) => ({ width: { exact: width }, height: { exact: height } })))
  expect(stopped).toEqual([1280, 960, 640, 320])
})

it('leaves out what the camera cannot', async () => {
  expect(await availableResolutions(camera(640).open)).toEqual([{ width: 640, height: 480 }, { width: 320, height: 240 }])
})

it('rejects when there is no size at all', async () => {
  await expect(availableResolutions(camera(0).open)).rejects.toBe(tooLarge)
})

it('rejects at once when the camera cannot be opened for another reason', async () => {
  const denied = new AliRtcError(10004, 'denied')
  let tried = 0
  await expect(availableResolutions(async () => { tried++; return denied })).rejects.toBe(denied)
  expect(tried).toBe(1)
})

it('counts a size whose track was taken elsewhere', async () => {
  expect(await availableResolutions(async () => undefined)).toHaveLength(4)
})
