/** What `setVideoProfile` takes; what is absent gets the default of its type. */
export interface VideoProfile {
  /** Pixels. */
  width?: number
  /** Pixels. */
  height?: number
  /** Frames per second, 5 to 30. */
  frameRate?: number
  /** Ignored, as since 1.13.2: the bound follows from size and frame rate. */
  maxBitrate?: number
}

/** A profile without gaps. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly frameRate: number
}

/** A picture and the encoder's upper bound for it, bits per second. */
interface Reference extends Picture {
  readonly maxBitrate: number
}

/** Defaults of the original, alirtc-api §1.6. */
export const CAMERA: Reference = { width: 640, height: 480, frameRate: 15, maxBitrate: 500_000 }
export const SCREEN: Reference = { width: 960, height: 540, frameRate: 10, maxBitrate: 1_500_000 }

/** Undefined for what is no profile: a size that is no whole number of pixels, a frame rate outside 5 to 30. */
export function readVideoProfile(config: unknown, { width: defaultWidth, height: defaultHeight, frameRate: defaultRate }: Picture): Picture | undefined {
  if (typeof config !== 'object' || config === null) return undefined
  const { width = defaultWidth, height = defaultHeight, frameRate = defaultRate } = config as VideoProfile // checked below
  const sizes = [width, height].every((size) => Number.isInteger(size) && size > 0)
  return sizes && typeof frameRate === 'number' && frameRate >= 5 && frameRate <= 30 ? { width, height, frameRate } : undefined
}

/**
 * Upper bound of the encoder for a picture, bits per second. Through the reference with the powers that the original's table has
 * (500, 1130 and 2080 kbit/s for 480, 720 and 1080 lines, half as much again at 30 frames per second), within 1.5 % of it: more
 * pixels and more frames resemble each other more, so the rate grows slower than they do.
 */
export function maxBitrateOf({ width, height, frameRate }: Picture, reference: Reference): number {
  const pixels = (width * height) / (reference.width * reference.height)
  return Math.round(reference.maxBitrate * pixels ** 0.745 * (frameRate / reference.frameRate) ** 0.585)
}

/** For `getUserMedia` and the like: ideal, so that a device that has none of it still gives what it has. */
export function pictureConstraints({ width, height, frameRate }: Picture): MediaTrackConstraints {
  return { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: frameRate } }
}
