/** The fields of `onMedia` that are shown; the SDK's event has them. */
export interface MediaRow {
  /** ms */
  readonly rtt: number
  readonly camera?: Picture | undefined
  readonly screen?: Picture | undefined
  /** Only in our own row. */
  readonly bytesSentPerSecond?: number | undefined
  /** Only in the rows of others. */
  readonly bytesReceivedPerSecond?: number | undefined
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly fps: number
}

export type NumberName = 'rtt' | 'rate' | 'size' | 'fps'

/** Numbers as text with their unit; `–` where there is none. */
export type Numbers = Readonly<Record<NumberName, string>>

export const NONE: string = '–'
export const NO_NUMBERS: Numbers = { rtt: NONE, rate: NONE, size: NONE, fps: NONE }

/** Round trip, rate and the camera's picture. */
export function cameraNumbers(row: MediaRow): Numbers {
  const bytes = row.bytesSentPerSecond ?? row.bytesReceivedPerSecond
  return {
    rtt: `${row.rtt} ms`,
    rate: bytes === undefined ? NONE : formatRate(bytes),
    ...pictureNumbers(row.camera),
  }
}

/** The own row says 0 x 0 for what is not sent: that is no picture. */
export function pictureNumbers(picture: Picture | undefined): Pick<Numbers, 'size' | 'fps'> {
  if (!picture || picture.width === 0) return { size: NONE, fps: NONE }
  return { size: `${picture.width}×${picture.height}`, fps: `${Math.round(picture.fps)}` }
}

/** kB/s of 1000 bytes, with a digit after the point below 10. */
export function formatRate(bytesPerSecond: number): string {
  const kilobytes = bytesPerSecond / 1000
  return `${kilobytes < 9.95 ? kilobytes.toFixed(1) : Math.round(kilobytes)} kB/s`
}
