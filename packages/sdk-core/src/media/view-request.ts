/** Whose camera or screen is to be shown. */
export interface ViewRequest {
  readonly userId: string
  readonly kind: 'camera' | 'screen'
}

/**
 * The two forms of `setDisplayRemoteVideo`: a user id with 1 (camera) or 2 (screen), and, before 1.10, the two values of
 * `onMediaStream`. Undefined for anything else.
 */
export function viewRequest(user: unknown, what: unknown): ViewRequest | undefined {
  if (typeof user === 'string') return what === 1 ? { userId: user, kind: 'camera' } : what === 2 ? { userId: user, kind: 'screen' } : undefined
  const { publishId } = Object(user) as { publishId?: unknown } // any object has it, perhaps undefined
  if (typeof publishId !== 'string' || !(what instanceof MediaStream)) return undefined
  const [first] = what.getVideoTracks()
  return { userId: publishId, kind: first?.id === 'sophon_video_screen_share' ? 'screen' : 'camera' }
}
