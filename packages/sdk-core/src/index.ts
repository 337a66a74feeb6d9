// The whole table of error codes: ERROR_*
export * from '@earshot/protocol/error-codes'
export { ERROR_TABLE, type Bilingual, type ErrorDescription } from '@earshot/protocol/error-table'
export { AliRtcEngine, AliRtcEngine as default } from './ali-rtc-engine.js'
export type { AudioIndicatorOptions } from './audio-indicator.js'
export type { AuthInfo } from './auth-info.js'
export type { OpenLink } from './channel/channel.js'
export type { AliRtcEngineOptions } from './engine-options.js'
export { AliRtcError } from './errors.js'
export type {
  AliRtcEvents, AudioLevelRow, Bye, Connected, ConnectionChange, MediaEvent, MediaNumbers, MediaStreamListener, MediaStreamSubscriber, MediaStreamUpdate,
  NetworkQuality, Picture, PublishChange, QualityLevel, RoleChange, StreamConfig, UserInfo,
} from './events.js'
export type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, StreamOwner, Wanted } from './link/channel-link.js'
export type { LogLevel } from './log.js'
export type { DeviceList } from './media/devices.js'
export type { CameraChoice, MicrophoneChoice } from './media/local-choices.js'
export type { Resolution } from './media/resolutions.js'
export type { VideoProfile } from './media/video-profile.js'
export type { SupportResult } from './support/support-check.js'
export type { Profile, Role, StreamLabel } from '@earshot/protocol'
export type { StatsSource } from '@earshot/stats-sampler'
