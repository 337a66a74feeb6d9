/** What the engine reads of a client's session description (RFC 8866, JSEP). */
export interface SessionDescription {
  readonly sections: readonly MediaSection[]
}

export interface MediaSection {
  /** `audio`, `video`, or anything else that browsers offer (`application`). */
  readonly kind: string
  /** 0 when the section is refused. */
  readonly port: number
  readonly protocol: string
  readonly mid: string
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  readonly payloads: readonly Payload[]
  readonly formats: string
  /** Header extensions by their URI. */
  readonly extensions: ReadonlyMap<string, number>
  /** RIDs that the client sends, in its order. */
  readonly sendRids: readonly string[]
  /** SSRCs in the order they are named, without those of RTX. */
  readonly ssrcs: readonly number[]
  /** SSRCs of RTX (RFC 4588), each with the one it repairs. */
  readonly repairs: ReadonlyMap<number, number>
  readonly usernameFragment: string
  readonly fingerprints: readonly Fingerprint[]
  readonly setup: string
}

export interface Payload {
  readonly type: number
  /** Lower case, with the clock rate and channels: `opus/48000/2`. */
  readonly codec: string
  /** Of RTX: the payload type that it repairs (`apt`). */
  readonly repairs: number | null
}

export interface Fingerprint {
  /** As `createHash` names it: `sha256`. */
  readonly algorithm: string
  /** Lower-case hex without colons. */
  readonly value: string
}

/** A browser with 50 users on a connection has 200 sections of some 30 lines. */
const MOST_SECTIONS = 512
/** Every section inherits these lines and looks through them; browsers write about ten. */
const MOST_SESSION_LINES = 64

/** Reads a description; throws an `Error` that names what is wrong with it. */
export function readSessionDescription(text: string): SessionDescription {
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  if (lines[0] !== 'v=0') throw new Error('it does not start with v=0')
  const blocks: string[][] = [[]]
  for (const line of lines) {
    if (!/^[a-z]=/.test(line)) throw new Error(`line ${JSON.stringify(line.slice(0, 40))} is not of the form x=value`)
    if (line.startsWith('m=')) blocks.push([])
    blocks.at(-1)!.push(line)
  }
  const [session = [], ...media] = blocks
  if (media.length === 0) throw new Error('it has no media section')
  if (session.length > MOST_SESSION_LINES) throw new Error(`it has more than ${MOST_SESSION_LINES} lines before its first media section`)
  if (media.length > MOST_SECTIONS) throw new Error(`it has more than ${MOST_SECTIONS} media sections`)
  const sections = media.map((block) => readSection(block, session))
  if (new Set(sections.map((section) => section.mid)).size !== sections.length) throw new Error('two media sections have the same mid')
  return { sections }
}

function readSection(lines: readonly string[], session: readonly string[]): MediaSection {
  const line = /^m=(\S+) (\d+)(?:\/\d+)? (\S+) (.+)$/.exec(lines[0]!)
  if (!line) throw new Error(`media line ${JSON.stringify(lines[0]!.slice(0, 60))} cannot be read`)
  const [, kind = '', port = '', protocol = '', formats = ''] = line
  const all = (name: string) => valuesOf(lines, name)
  const inherited = (name: string) => (all(name).length > 0 ? all(name) : valuesOf(session, name))
  const mid = all('mid')[0]
  if (mid === undefined || !/^[\x21-\x7e]{1,16}$/.test(mid)) throw new Error('a media section has no usable mid')
  const repairs = repairsOf(all('ssrc-group'))
  const directions = [...lines, ...session].map((text) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.exec(text)?.[1])
  return {
    // Firefox offers all sections but the first with port 0: they share its port (RFC 9143, 6).
    kind, port: Number(port) || (lines.includes('a=bundle-only') ? 9 : 0), protocol, mid, formats,
    // The pattern above lets nothing else through.
    direction: (directions.find((direction) => direction !== undefined) ?? 'sendrecv') as MediaSection['direction'],
    payloads: payloadsOf(formats, all('rtpmap'), all('fmtp')),
    extensions: extensionsOf([...valuesOf(session, 'extmap'), ...all('extmap')]),
    sendRids: all('rid').flatMap((value) => /^([A-Za-z0-9_-]{1,16}) send\b/.exec(value)?.[1] ?? []).slice(0, 4),
    ssrcs: ssrcsOf(all('ssrc')).filter((ssrc) => !repairs.has(ssrc)),
    repairs,
    usernameFragment: inherited('ice-ufrag')[0] ?? '',
    fingerprints: inherited('fingerprint').flatMap(fingerprintOf).slice(0, 4),
    setup: inherited('setup')[0] ?? '',
  }
}

function valuesOf(lines: readonly string[], name: string): string[] {
  const prefix = `a=${name}:`
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trim())
}

function payloadsOf(formats: string, rtpmaps: readonly string[], fmtps: readonly string[]): Payload[] {
  const codecs = new Map(rtpmaps.map((value) => {
    const [type = '', codec = ''] = value.split(' ')
    return [type, codec.toLowerCase()]
  }))
  const repaired = new Map(fmtps.flatMap((value) => {
    const [, type = '', apt] = /^(\d+) (?:.*;)? *apt=(\d{1,3})(?: *;|$)/.exec(value) ?? []
    return apt === undefined ? [] : [[type, Number(apt)]]
  }))
  return formats.split(' ').flatMap((format) => {
    const codec = codecs.get(format)
    const type = Number(format)
    return codec !== undefined && Number.isInteger(type) && type >= 0 && type <= 127 ? [{ type, codec, repairs: repaired.get(format) ?? null }] : []
  })
}

function extensionsOf(extmaps: readonly string[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const value of extmaps) {
    const [, id, uri] = /^(\d{1,3})(?:\/\w+)? (\S+)/.exec(value) ?? []
    if (id && uri && Number(id) >= 1 && Number(id) <= 255) found.set(uri, Number(id))
  }
  return found
}

function ssrcsOf(lines: readonly string[]): number[] {
  return [...new Set(lines.flatMap((line) => /^\d{1,10}(?= |$)/.exec(line)?.[0] ?? []).map(Number))]
}

function repairsOf(groups: readonly string[]): Map<number, number> {
  const pairs = groups.map((group) => /^FID (\d{1,10}) (\d{1,10})$/.exec(group))
  return new Map(pairs.flatMap((pair) => (pair ? [[Number(pair[2]), Number(pair[1])] as const] : [])))
}

function fingerprintOf(value: string): Fingerprint[] {
  const [algorithm = '', hex = ''] = value.split(' ')
  const name = algorithm.toLowerCase().replace('-', '')
  const bytes = hex.toLowerCase().replaceAll(':', '')
  return /^sha(256|384|512)$/.test(name) && /^[0-9a-f]+$/.test(bytes) ? [{ algorithm: name, value: bytes }] : []
}
