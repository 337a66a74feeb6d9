/**
 * The one error of the SDK: every rejection and every `onError` carries it. The number has three names because applications
 * read all three (alirtc 1.x wrote `errorCode`, once `errCode`, and `code` for refusals of the directory).
 */
export class AliRtcError extends Error {
  override readonly name = 'AliRtcError'
  /** One of the table in `@earshot/protocol`. */
  readonly code: number
  readonly errorCode: number
  readonly errCode: number
  /** The user it is about; only where it is about one. */
  declare readonly userId?: string
  /** 10301 and 10302: which connection was lost. */
  declare readonly type?: 'publish' | 'subscribe'
  /** 10302: the connection's state. */
  declare readonly state?: string
  /** 16974081: the parameter that was wrong. */
  declare readonly parameter?: string

  /** `options`: the cause; further fields become properties of the error. */
  constructor(code: number, message: string, options: { cause?: unknown; [extra: string]: unknown } = {}) {
    const { cause, ...extra } = options
    super(message, cause === undefined ? {} : { cause })
    Object.assign(this, extra)
    this.code = code
    this.errorCode = code
    this.errCode = code
  }

  /** The text alone: handlers written for the original concatenate the payload of `onError`, which was a string there. */
  override toString(): string {
    return this.message
  }
}
