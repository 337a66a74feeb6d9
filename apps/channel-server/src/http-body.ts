import { HttpError } from './http-errors.js'

/** The body of a request as text; 413 for one that is longer than that. Read as it comes, because its length may be unknown or a lie. */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new HttpError(413, `the body must be at most ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
