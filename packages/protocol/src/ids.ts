/** The names that both sides must agree on, and their limits (alirtc 1.x: channel and user ids are 1 to 64 of `[A-Za-z0-9_-]`). */

/** What a channel id and a user id look like. */
export const ID_PATTERN: RegExp = /^[A-Za-z0-9_-]{1,64}$/
/** The `AK-` prefix selects the app key scheme; at most 64 characters in all. */
export const NONCE_PATTERN: RegExp = /^AK-[A-Za-z0-9-]{1,61}$/
/** At least 128 bits in base64url, and in UUIDs. */
export const SESSION_KEY_PATTERN: RegExp = /^[A-Za-z0-9_-]{22,64}$/
/** Characters. */
export const MAX_DISPLAY_NAME: number = 64
/** Characters of one session description; a subscriber of 50 people with three streams each needs about half of it. */
export const MAX_SDP: number = 400_000
/** Bytes of one message on the socket; longer ones are refused before they are parsed. */
export const MAX_MESSAGE_BYTES: number = 512 * 1024

/** The user id that `onAudioLevel` and `onMedia` give to ourselves; nobody may join with it. */
export const SELF: string = '0'

/** What a stream carries: the `label` of its row and the `id` of its track at the receiver. */
export type StreamLabel =
  | 'sophon_audio'
  | 'sophon_video_camera_large'
  | 'sophon_video_camera_small'
  | 'sophon_video_screen_share'

/** All of them, in the order of the rows. */
export const STREAM_LABELS: readonly StreamLabel[] = [
  'sophon_audio', 'sophon_video_camera_large', 'sophon_video_camera_small', 'sophon_video_screen_share',
]

/** What a publisher sends: one RTP media section each. Camera large and small are two simulcast layers of one slot. */
export type Slot = 'audio' | 'camera' | 'screen'
/** The RID of a camera layer, and at the same time the size a subscriber asks for. */
export type CameraLayer = 'large' | 'small'

const slots: Readonly<Record<StreamLabel, Slot>> = {
  sophon_audio: 'audio',
  sophon_video_camera_large: 'camera',
  sophon_video_camera_small: 'camera',
  sophon_video_screen_share: 'screen',
}

/** What a publisher sends under a label. */
export function slotOf(label: StreamLabel): Slot {
  return slots[label]
}

/** The label of a slot; for the camera, of the layer that is meant. */
export function labelOf(slot: Slot, layer: CameraLayer = 'large'): StreamLabel {
  if (slot === 'audio') return 'sophon_audio'
  if (slot === 'screen') return 'sophon_video_screen_share'
  return layer === 'small' ? 'sophon_video_camera_small' : 'sophon_video_camera_large'
}
