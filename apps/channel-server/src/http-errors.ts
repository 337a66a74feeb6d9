import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** An answer of the HTTP API that is not a success: the body is `{code, message}` with the same number as the status. */
export class HttpError extends HTTPException {
  constructor(status: ContentfulStatusCode, message: string) {
    super(status, { message })
  }
}

/** The one shape of all errors of the HTTP API. */
export function errorResponse(context: Context, status: ContentfulStatusCode, message: string): Response {
  return context.json({ code: status, message }, status)
}
