import * as v from 'valibot'
import { ID_PATTERN, MAX_DISPLAY_NAME, SELF, STREAM_LABELS, type StreamLabel } from './ids.js'

const idText = v.pipe(v.string(), v.regex(ID_PATTERN, 'must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -'))

export const userId: v.GenericSchema<string> = v.pipe(idText, v.notValue(SELF, `must not be "${SELF}", which means oneself`))
/** AliRTC reserves the same word for channels. */
export const channelId: v.GenericSchema<string> = v.pipe(idText, v.notValue(SELF, `must not be "${SELF}"`))

export const displayName: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.maxLength(MAX_DISPLAY_NAME, `must be at most ${MAX_DISPLAY_NAME} characters`),
  v.transform((text) => text.replace(/\p{Cc}/gu, '').trim()),
)

export const label: v.GenericSchema<StreamLabel> = v.picklist(STREAM_LABELS)

/** One row of what a member publishes. */
export interface StreamRow {
  readonly label: StreamLabel
  /** Whether the publisher sends it now. */
  readonly state: 'active' | 'inactive'
  /** Muted by the publisher: silence or black goes on flowing. */
  readonly muted: boolean
}

export const streamRow: v.GenericSchema<StreamRow> = v.object({
  label,
  state: v.picklist(['active', 'inactive']),
  muted: v.boolean(),
})

/** A member of a channel as the others see it. `streams` is empty until it publishes. */
export interface MemberRow {
  readonly userId: string
  readonly displayName: string
  readonly streams: readonly StreamRow[]
}

export const memberRow: v.GenericSchema<MemberRow> = v.object({
  userId,
  displayName: v.string(),
  streams: v.array(streamRow),
})

/** An ICE candidate as `RTCPeerConnection` takes and gives it; `null` ends the candidates. */
export interface Candidate {
  readonly candidate: string
  readonly sdpMid?: string | null | undefined
  readonly sdpMLineIndex?: number | null | undefined
  readonly usernameFragment?: string | null | undefined
}

export const candidate: v.GenericSchema<Candidate | null> = v.nullable(v.object({
  candidate: v.pipe(v.string(), v.maxLength(1024, 'must be at most 1024 characters')),
  sdpMid: v.nullish(v.pipe(v.string(), v.maxLength(64))),
  sdpMLineIndex: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1024))),
  usernameFragment: v.nullish(v.pipe(v.string(), v.maxLength(256))),
}))

/** Which of a client's two peer connections is meant, seen from the client. */
export type Connection = 'publish' | 'subscribe'
export const connection: v.GenericSchema<Connection> = v.picklist(['publish', 'subscribe'])

/** 0 interactive, 1 live (may only receive); only profile 1 and 2 tell them apart. */
export type Role = 0 | 1
export const role: v.GenericSchema<Role> = v.picklist([0, 1])

/** 0 communication, 1 interactive live, 2 legacy low-latency live (treated as 1). */
export type Profile = 0 | 1 | 2
export const profile: v.GenericSchema<Profile> = v.picklist([0, 1, 2])

export const requestId: v.GenericSchema<number> = v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(0))
