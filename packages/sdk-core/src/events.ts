import type { Role, StreamLabel } from '@earshot/protocol'
import type { AliRtcError } from './errors.js'

/** One stream of a user. */
export interface StreamConfig {
  label: StreamLabel
  type: 'audio' | 'video'
  /** Whether the publisher sends it now. */
  state: 'active' | 'inactive'
  /** Whether we asked for it. Stays true while the stream is inactive, until `subscribe` is called again. */
  subscribed: boolean
  /** Muted by the publisher (`muteLocalMic`, `muteLocalCamera`): silence or black goes on flowing. */
  muted: boolean
}

/** Another user of the channel. A copy: changing it changes nothing. */
export interface UserInfo {
  userId: string
  displayName: string
  /** Local playback of this user is silenced by us. */
  muteAudioPlaying: boolean
  /** Empty until the user publishes. */
  streamConfigs: StreamConfig[]
}

/** Why the session ended: 1 removed by the server, 2 the channel was closed, 3 the same user joined elsewhere. */
export interface Bye {
  code: 1 | 2 | 3
  message: string
}

/** 0 interactive (may publish), 1 live (may only receive). */
export interface RoleChange {
  oldRole: Role
  newRole: Role
}

/** One user's second of audio, cut by the audio clock. */
export interface AudioLevelRow {
  /** `'0'` is ourselves. */
  userId: string
  /** In the `'0'` row our own. */
  displayName: string
  /** 0..100: `Math.round(100 * min(1, max |sample|))` of the second. */
  level: number
  /**
   * Mono (channel 0), consecutive blocks of at most 4096 samples; joined they are exactly the samples of that second, with no
   * gap to the row before. Yours for ever. Empty while no audio clock runs, and with `pcm: false`.
   */
  buffer: Float32Array[]
  /** Hz; 0 while no audio clock runs. */
  sampleRate: number
  /**
   * First sample of `buffer` on the AudioContext's clock. Absent while that does not run (no gesture yet, an interruption): the
   * row's zeros are then nobody's silence.
   */
  startFrame?: number
  /** max |sample| over all channels, linear; can exceed 1. */
  peak: number
  /** Root mean square, linear, of the loudest channel. */
  rms: number
  /** LUFS: momentary loudness (the last 400 ms) at the second's end, -Infinity for silence. Absent unless asked for. */
  loudness?: number
  /** dBTP of the second, of the highest channel, -Infinity for silence. Absent unless asked for. */
  truePeak?: number
}

/** Pixels, and frames per second; all 0 in our own row when it is not sent. */
export interface Picture {
  width: number
  height: number
  fps: number
}

/** What one user's media did in the last second. */
export interface MediaNumbers {
  /** Round trip to the server in whole ms: the last known one, 0 before the first. */
  rtt: number
  /** `level` is the peak of the last metered second, 0..1. For others: present iff we subscribed to their audio. */
  audio?: { level: number }
  /** For others: present iff subscribed and its size is known. */
  camera?: Picture
  /** As `camera`. */
  screen?: Picture
  /** Only in our own row: of the whole publishing connection. */
  bytesSentPerSecond?: number
  /** Only in the rows of others: of that user's streams, RTP headers included. Absent for a second in which a counter restarted. */
  bytesReceivedPerSecond?: number
}

/** The numbers flat, as documented, and once more under `data`, as the original delivered them. */
export interface MediaEvent extends MediaNumbers {
  /** `'0'` is ourselves. */
  userId: string
  data: MediaNumbers
}

/** State of the connection to the server; `reason` is for people. */
export interface ConnectionChange {
  state: 'connected' | 'reconnecting' | 'disconnected'
  reason?: string
}

/** What `autoPublish` brought about. The original names the event (1.17) and does not document its payload. */
export interface PublishChange {
  /** What we send now; the camera as its large label. */
  labels: StreamLabel[]
}

/** 0 unknown, 1 excellent, 2 good, 3 poor, 4 bad, 5 very bad, 6 disconnected. */
export type QualityLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** How the network carries us: towards the server, and from it. 0 where nothing is sent, or received. */
export interface NetworkQuality {
  uplinkNetworkQuality: QualityLevel
  downlinkNetworkQuality: QualityLevel
}

/** Whose stream `onMediaStream` brings; for the old form of `setDisplayRemoteVideo`. */
export interface MediaStreamSubscriber {
  userId: string
  displayName: string
  /** The user id; what `subscribe` was called with. */
  publishId: string
  /** The user id; what `subscribe` resolved with. */
  subscribeId: string
}

/** What is received of a user now, with `customPlay`. */
export interface MediaStreamUpdate {
  userId: string
  /** A new one each time: audio, camera, screen, as far as received, told apart by `track.id`. Without a track when the last one went. */
  mediaStream: MediaStream
}

/** The one callback with two arguments. */
export type MediaStreamListener = (subscriber: MediaStreamSubscriber, stream: MediaStream) => void

/** Media flows between us and a user. */
export interface Connected {
  userId: string
  displayName: string
  type: 'subscribe'
}

/** The callbacks of `AliRtcEngine.on`, each with its one argument; `onMediaStream` has the stream as a second. */
export interface AliRtcEvents {
  /** Somebody is in the channel: once for each who was there when we joined, and for each who comes. */
  onJoin: UserInfo
  /** Somebody left; the row is the last one, and no longer in the list. */
  onLeave: UserInfo
  /** Somebody publishes: when they start, when we join, and after each change of what they publish. */
  onPublisher: UserInfo
  /** Somebody stopped publishing; `streamConfigs` is empty. */
  onUnPublisher: UserInfo
  /** Somebody, or we, muted or unmuted: the same rows as `getUserList()`. */
  onNotify: UserInfo[]
  /** Our role changed. */
  onUpdateRole: RoleChange
  /** The server ended the session: the last channel event, the engine is idle again. */
  onBye: Bye
  /** A failure that no call could report. */
  onError: AliRtcError
  /** Once a second while `enableAudioVolumeIndicator` is set: all rows, ourselves first, then in order of arrival. */
  onAudioLevel: AudioLevelRow[]
  /** Once a second for ourselves while publishing and for each user we receive. */
  onMedia: MediaEvent
  onConnectionChange: ConnectionChange
  /** With `customPlay` only: what we receive of a user changed, or a track its label. Tracks that went have left the streams before, too. */
  onMediaStreamUpdate: MediaStreamUpdate
  /** As before 1.10: a user's stream came or changed; the stream is the second argument. @deprecated call `setDisplayRemoteVideo(userId, element, 1)` */
  onMediaStream: MediaStreamSubscriber
  /** `autoPublish` has published. */
  onPublishChange: PublishChange
  /** `autoSubscribe` has changed what we subscribe to of this user: see the row's `subscribed`. */
  onSubscribeChange: UserInfo
  /** The first media of a user arrives: later than `subscribe` resolves. The original's spelling, undocumented there. */
  OnConnected: Connected
  /** Every 2 s while in a channel. */
  onNetworkQuality: NetworkQuality
  /** The sound shared with the screen goes out, mixed into our audio. */
  onShareSystemAudioStart: undefined
}
