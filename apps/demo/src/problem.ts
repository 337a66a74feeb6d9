/** What a rejection or `onError` says, whichever of the documented forms it has. */
export interface Problem {
  /** Absent for a bare text, as incomplete auth info gives it under `compat: '1.16'`. */
  readonly code?: number
  readonly message: string
  /** The user it is about, when it is about one. */
  readonly userId?: string
}

export function readProblem(value: unknown): Problem {
  if (typeof value === 'string') return { message: value }
  if (typeof value !== 'object' || value === null) return { message: String(value) }
  const code = 'errorCode' in value ? value.errorCode : 'code' in value ? value.code : undefined
  const userId = 'userId' in value ? value.userId : undefined
  return {
    message: messageOf(value),
    ...(typeof code === 'number' ? { code } : {}), // a DOMException's code is a number too, 0 in all newer ones
    ...(typeof userId === 'string' ? { userId } : {}),
  }
}

/** What a device code is about. 10000 says only that a device failed. */
export type DeviceFault = 'microphone' | 'camera' | 'unknown'

const deviceFaults: ReadonlyMap<number, DeviceFault> = new Map([
  [10000, 'unknown'],
  [10001, 'microphone'], [10003, 'microphone'], [10005, 'microphone'], [10008, 'microphone'],
  [10002, 'camera'], [10004, 'camera'], [10006, 'camera'], [10007, 'camera'], [10009, 'camera'],
])

/** Which device failed, or undefined when the code is about something else. */
export function deviceFault(code: number | undefined): DeviceFault | undefined {
  return code === undefined ? undefined : deviceFaults.get(code)
}

function messageOf(value: object): string {
  for (const field of ['message', 'description']) {
    const text: unknown = Reflect.get(value, field)
    if (typeof text === 'string' && text) return text
  }
  return Object.prototype.toString.call(value)
}
