/**
 * Where the signalling of one `gslb` entry is: `http://host:8080` becomes `ws://host:8080/v1/channel`. Undefined when the
 * entry is no address.
 *
 * @param entry a base URL, with or without scheme, path and final slash
 * @param pageProtocol `location.protocol`; decides for an entry without a scheme
 */
export function channelUrl(entry: string, pageProtocol: string): string | undefined {
  // 'host:8080' would parse as a URL of the scheme 'host:', hence the slashes
  const [, given = pageProtocol === 'https:' ? 'wss:' : 'ws:', address = ''] = /^(?:([a-z][a-z0-9+.-]*:)?\/\/)?(.*)/i.exec(entry.trim()) ?? []
  const scheme = schemes.get(given.toLowerCase())
  const absolute = `${scheme}//${address}`
  if (scheme === undefined || !URL.canParse(absolute)) return undefined
  const { host, pathname } = new URL(absolute)
  return `${scheme}//${host}${pathname.replace(/\/+$/, '')}/v1/channel`
}

const schemes: ReadonlyMap<string, string> = new Map([['http:', 'ws:'], ['ws:', 'ws:'], ['https:', 'wss:'], ['wss:', 'wss:']])
