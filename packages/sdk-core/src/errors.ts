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

  /** @param options further fields become properties of the error */
  constructor(code: number, message: string, options: { cause?: unknown; [extra: string]: unknown } = {}) {
    const { cause, ...extra } = options
    super(message, cause === undefined ? {} : { cause })
    Object.assign(this, extra)
    this.code = code
    this.errorCode = code
    this.errCode = code
  }
}
