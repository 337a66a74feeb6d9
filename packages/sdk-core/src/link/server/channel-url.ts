/**
 * Where the signalling of one `gslb` entry is: `http://host:8080` becomes `ws://host:8080/v1/channel`. Undefined when the
 * entry is no address.
 *
 * @param entry a base URL, with or without scheme, path and final slash
 * @param pageProtocol `location.protocol`; decides for an entry without a scheme
 */
export function channelUrl(entry: string, pageProtocol: string): string | undefined {
  const bare = entry.trim()
  // 'host:8080' would parse as a URL of the scheme 'host:', hence the slashes in the test
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(bare) ? bare : `${pageProtocol === 'https:' ? 'wss' : 'ws'}://${bare.replace(/^\/\//, '')}`
  const scheme = schemes.get(absolute.slice(0, absolute.indexOf(':')).toLowerCase())
  if (scheme === undefined || !URL.canParse(absolute)) return undefined
  const url = new URL(absolute)
  return `${scheme}://${url.host}${url.pathname.replace(/\/+$/, '')}/v1/channel`
}

const schemes: ReadonlyMap<string, string> = new Map([['http', 'ws'], ['ws', 'ws'], ['https', 'wss'], ['wss', 'wss']])
