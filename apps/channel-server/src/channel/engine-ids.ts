import type { Connection, Slot } from '@earshot/protocol'

/** The ids the SFU knows our things by. A session id holds no colon. */

export function transportId(sessionId: string, connection: Connection): string {
  return `${sessionId}:${connection}`
}

export function sourceId(sessionId: string, slot: Slot): string {
  return `${sessionId}:${slot}`
}

/** `undefined` for an id that is none of ours. */
export function readTransportId(id: string): { readonly sessionId: string; readonly connection: Connection } | undefined {
  const [sessionId = '', connection] = split(id)
  return connection === 'publish' || connection === 'subscribe' ? { sessionId, connection } : undefined
}

/** `undefined` for an id that is none of ours. */
export function readSourceId(id: string): { readonly sessionId: string; readonly slot: Slot } | undefined {
  const [sessionId = '', slot] = split(id)
  return slot === 'audio' || slot === 'camera' || slot === 'screen' ? { sessionId, slot } : undefined
}

/**
 * What stays the same in all offers of one peer connection and differs from those of another: the session id of the `o=`
 * line (RFC 8829, 5.2.1) and the certificate. A publisher that replaces a broken connection is recognised by it.
 */
export function connectionIdOf(sdp: string): string {
  const session = /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? ''
  const fingerprint = /^a=fingerprint:\S+ (\S+)/m.exec(sdp)?.[1] ?? ''
  return `${session} ${fingerprint}`
}

function split(id: string): readonly string[] {
  const at = id.lastIndexOf(':')
  return at < 0 ? [] : [id.slice(0, at), id.slice(at + 1)]
}
