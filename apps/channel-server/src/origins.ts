/** Whose pages may talk to the server: any, those of the host the request was sent to, or the listed ones. */
export type AllowedOrigins = 'any' | 'same-host' | readonly string[]

/**
 * Whether a request with that `Origin` header may be served. Programs that are no browsers send none and may: an origin
 * protects users of a browser from foreign pages, it does not authenticate anybody, the token does.
 */
export function originAllowed(allowed: AllowedOrigins, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || allowed === 'any') return true
  if (allowed === 'same-host') return host !== undefined && URL.canParse(origin) && new URL(origin).host === normalHost(origin, host)
  return allowed.includes(origin.toLowerCase())
}

/** The `Host` header as URLs write it: without the default port of the origin's scheme, in lower case. */
function normalHost(origin: string, host: string): string | null {
  const url = `${new URL(origin).protocol}//${host}`
  return URL.canParse(url) ? new URL(url).host : null
}
