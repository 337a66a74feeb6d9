export * from './error-codes.js'
export type { ClientMessage, ClientRequest } from './client-message.js'
export {
  ID_PATTERN, labelOf, MAX_DISPLAY_NAME, MAX_MESSAGE_BYTES, MAX_SDP, NONCE_PATTERN, SELF, slotOf, STREAM_LABELS,
  type CameraLayer, type Slot, type StreamLabel,
} from './ids.js'
export { MessageLog } from './message-log.js'
export { parseClientMessage, parseServerMessage, type MessageFault, type Parsed } from './parse-message.js'
export type { Candidate, Connection, MemberRow, Profile, Role, StreamRow } from './rows.js'
export type { IceServer, OfferedTrack, ServerAnswer, ServerEvent, ServerMessage } from './server-message.js'
