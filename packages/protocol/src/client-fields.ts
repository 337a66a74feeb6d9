// The fields that only a client says: with limits, because anybody can be a client. A file of its own, so that no browser loads it.
import * as v from 'valibot'
import { ID_PATTERN, MAX_DISPLAY_NAME, SELF, STREAM_LABELS } from './ids.js'
import type { Candidate, Connection, Profile, Role, StreamRow } from './rows.js'

const idText = v.pipe(v.string(), v.regex(ID_PATTERN, 'must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -'))

export const userId: v.GenericSchema<string> = v.pipe(idText, v.notValue(SELF, `must not be "${SELF}", which means oneself`))
/** AliRTC reserves the same word for channels. */
export const channelId: v.GenericSchema<string> = v.pipe(idText, v.notValue(SELF, `must not be "${SELF}"`))

export const displayName: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.maxLength(MAX_DISPLAY_NAME, `must be at most ${MAX_DISPLAY_NAME} characters`),
  v.transform((text) => text.replace(/\p{Cc}/gu, '').trim()),
)

export const streamRow: v.GenericSchema<StreamRow> = v.object({ label: v.picklist(STREAM_LABELS), state: v.picklist(['active', 'inactive']), muted: v.boolean() })

export const connection: v.GenericSchema<Connection> = v.picklist(['publish', 'subscribe'])

export const candidate: v.GenericSchema<Candidate | null> = v.nullable(v.object({
  candidate: v.pipe(v.string(), v.maxLength(1024, 'must be at most 1024 characters')),
  sdpMid: v.nullish(v.pipe(v.string(), v.maxLength(64))),
  sdpMLineIndex: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1024))),
  usernameFragment: v.nullish(v.pipe(v.string(), v.maxLength(256))),
}))

export const role: v.GenericSchema<Role> = v.picklist([0, 1])
export const profile: v.GenericSchema<Profile> = v.picklist([0, 1, 2])

export const requestId: v.GenericSchema<number> = v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(0))
